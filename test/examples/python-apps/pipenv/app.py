import platform

from flask import Flask

app = Flask(__name__)


@app.get("/")
def page():
    return f"It runs on Python {platform.python_version()}"
