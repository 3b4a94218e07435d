"""Whether less or more of a metric is better, by the words of its name; ``ui/charts/best.ts`` says the same."""

from __future__ import annotations

import re
from typing import Literal

__all__ = ["direction_of"]

_LESS = (
    "loss losses error err mae mse rmse mape nll perplexity ppl wer cer fid latency time seconds duration entropy cost"
)
_MORE = (
    "accuracy acc auc auroc f1 precision recall score iou dice bleu rouge map ndcg r2 reward return throughput top1 "
    "top5 top-1 top-5 psnr ssim"
)


def direction_of(metric: str) -> Literal["min", "max"] | None:
    """Return which is better of a metric; ``None`` where its name does not say."""
    name = re.sub(r"[_.]", " ", metric.lower())
    less, more = (bool(pattern.search(name)) for pattern in (_less, _more))
    return None if less == more else "min" if less else "max"


_less, _more = (re.compile(rf"(^|[^a-z])({'|'.join(words.split())})([^a-z]|$)") for words in (_LESS, _MORE))
