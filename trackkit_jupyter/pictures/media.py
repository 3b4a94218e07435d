"""Sounds, videos and drawings decoded by a Chrome or Chromium: the outline of a sound, a picture of the others."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from trackkit_jupyter.pictures import chrome

__all__ = ["decode"]

_POINTS = 400  # of an outline
_SIDE = 640  # pixels of a drawing
_SECONDS, _EACH = 30, 3  # for the start, and for each
#: Nothing is played. A while after its beginning a video shows more than black.
_PAGE = """<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' file:; \
media-src data:; img-src data:"><body><script src="answer.js"></script><script src="media.js"></script>
<script>
const DAMAGED = 'it is damaged, or of a kind that Chrome does not play';
const told = (element, name) => new Promise((resolve, reject) => {
  element.addEventListener(name, resolve, { once: true });
  element.addEventListener('error', () => reject(new Error(DAMAGED)), { once: true });
});
async function poster({ mime, data }) {
  const video = document.createElement('video');
  Object.assign(video, { muted: true, preload: 'auto', src: `data:${mime};base64,${data}` });
  await told(video, 'loadeddata');
  const there = told(video, 'seeked');
  video.currentTime = Math.min(0.5, video.duration / 2);
  await there;
  const { videoWidth: width, videoHeight: height, duration: seconds } = video;
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  canvas.getContext('2d').drawImage(video, 0, 0);
  return { drawn: canvas.toDataURL('image/png'), seconds: Number.isFinite(seconds) ? seconds : 0 };
}
/** At its own size, or so large that it is sharp. */
async function drawing({ mime, data }) {
  const image = new Image();
  const there = told(image, 'load');
  image.src = `data:${mime};base64,${data}`;
  await there;
  const [width, height] = [image.naturalWidth || 300, image.naturalHeight || 150];
  const scale = Math.min(4, Math.max(SIDE / Math.max(width, height), 0.01));
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return { drawn: canvas.toDataURL('image/png'), seconds: 0 };
}
async function outline({ data }) {
  const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
  const sound = await new OfflineAudioContext(1, 1, 44100).decodeAudioData(bytes.buffer);
  const count = Math.min(POINTS, sound.length);
  const low = new Array(count).fill(0);
  const high = new Array(count).fill(0);
  for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
    const waves = sound.getChannelData(channel);
    for (let at = 0; at < waves.length; at += 1) {
      const part = Math.floor((at / waves.length) * count);
      low[part] = Math.min(low[part], waves[at]);
      high[part] = Math.max(high[part], waves[at]);
    }
  }
  return { low, high, seconds: sound.duration };
}
(async () => {
  const answers = [];
  for (const one of media) {
    try {
      answers.push(await { video: poster, image: drawing, audio: outline }[one.mime.split('/')[0]](one));
    } catch (error) {
      const why = error?.name === 'EncodingError' ? DAMAGED : String(error?.message ?? error);
      answers.push({ why });
    }
    answer(answers);
  }
})();
</script>
"""


def decode(browser: str, media: Sequence[tuple[bytes, str]]) -> list[dict[str, Any]]:
    """Decode sounds, videos and vector drawings.

    Parameters
    ----------
    browser
        The program, from :func:`trackkit_jupyter.pictures.chrome.find`.
    media
        The bytes of each file, and its MIME type.

    Returns
    -------
    list
        Of a video or a drawing ``{"drawn": PNG, "seconds"}``, of a sound ``{"low", "high", "seconds"}`` with amplitudes
        from -1 to 1, of what could not be decoded ``{"why"}``.
    """
    listed = [{"mime": mime, "data": base64.b64encode(data).decode("ascii")} for data, mime in media]
    files = {
        "page.html": _PAGE.replace("POINTS", str(_POINTS)).replace("SIDE", str(_SIDE)),
        "media.js": f"const media = {json.dumps(listed)};",
    }
    answers = chrome.ask(browser, files, len(listed), _SECONDS + _EACH * len(listed))
    for answer in answers:
        if "drawn" in answer:
            answer["drawn"] = chrome.picture_of(answer["drawn"])
    return answers
