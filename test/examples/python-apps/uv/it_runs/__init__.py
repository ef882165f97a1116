"""An app that is a package with a command of its own."""

import os
import platform

import fastapi
import uvicorn

app = fastapi.FastAPI()


@app.get("/")
def page():
    return f"It runs on Python {platform.python_version()}"


def main():
    uvicorn.run("it_runs:app", host="0.0.0.0", port=int(os.environ["PORT"]))
