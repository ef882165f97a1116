import os
import platform

from flask import Flask, render_template

app = Flask(__name__)


@app.get("/")
def page():
    """One table: what the app found around itself."""
    return render_template(
        "page.html",
        facts={
            "Python": platform.python_version(),
            "WEB_CONCURRENCY": os.environ.get("WEB_CONCURRENCY", "not set"),
            "Dyno": os.environ.get("DYNO", "none"),
            "Greeting": os.environ.get(
                "GREETING", "none; try: heroku config:set GREETING=hello"
            ),
        },
    )
