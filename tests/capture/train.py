"""A training as people write it: nothing of it knows of us but the start and the finish."""

import argparse
import logging
import os
import sys

import joblib
import lightgbm
import matplotlib as mpl
import matplotlib.pyplot as plt
import plotly.graph_objects as go
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from tensorboardX import SummaryWriter

import trackkit_jupyter as track


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=0.1, help="step size")
    parser.add_argument("--api-key", help="of the service")
    return parser.parse_args()


def main():
    chosen = arguments()
    track.start("real", store=os.environ["STORE"])
    mpl.use("agg")
    logging.basicConfig(level=logging.INFO)
    logging.info("begun with %s", chosen.rate)
    print("\x1b[32mgreen\x1b[0m")
    for done in (10, 50, 100):
        sys.stdout.write(f"\r{done} %")
    print()
    print("a warning", file=sys.stderr)

    x, y = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=500).fit(x, y)
    joblib.dump(model, "iris.joblib")
    lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, learning_rate=chosen.rate).fit(x, y, eval_X=x, eval_y=y)

    with SummaryWriter("logs") as writer:
        for step in range(4):
            writer.add_scalar("accuracy/val", step / 4, step)

    plt.plot([1, 2, 3])
    plt.title("A line")
    plt.show()
    go.Figure(go.Bar(y=[1]), layout={"title": {"text": "Bars"}}).show(renderer="json")


main()
