from flask import Flask

app = Flask(__name__)


@app.get("/")
def page():
    with app.open_resource("static/style.css", "r") as style:
        return f"<style>{style.read()}</style> It runs"
