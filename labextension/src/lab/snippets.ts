// Embed snippets in the source and the markup of Markdown.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

export const LINK = 'trackkit-embed';

/** A frame to its end, to the next one, or to the end of its block where it has none. */
const FRAME = /<iframe\b(?:(?!<iframe\b)[\s\S])*?(?:<\/iframe\s*>|(?=<iframe\b)|(?=\n[ \t]*\n)|$(?![\s\S]))/gi;
const OURS = /\bsrc\s*=\s*["']?([^\s"']*\/widgets?\/?\?[^\s"']*)/i;
/** Code in fences or ticks, whose frames are text. */
const CODE = /^(`{3,}|~{3,})[\s\S]*?^\1|`[^`\n]+`/gm;

/** The source of Markdown with its frames of ours changed, one after the other; those in code are text. */
export function withFrames(source: string, change: (frame: string, at: number) => string): string {
  const code: string[] = [];
  let at = -1;
  const hidden = source.replace(CODE, text => `\u0000${code.push(text) - 1}\u0000`);
  const changed = hidden.replace(FRAME, frame => {
    if (!OURS.test(frame)) {
      return frame;
    }
    at += 1;
    return change(frame, at);
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no text has them
  return changed.replace(/\u0000(\d+)\u0000/g, (_, at) => code[Number(at)] ?? '');
}

/** The source of Markdown in which no dollar of an address is taken for that of a formula. */
export function withoutDollars(source: string): string {
  return withFrames(source, frame => frame.replaceAll('$', '%24'));
}

/** HTML in which our frames are links; what they were is put into `snippets`. */
export function linked(markup: string, snippets: string[], baseUrl: string): string {
  return markup.replace(FRAME, frame => {
    const address = OURS.exec(frame)?.[1];
    if (address === undefined) {
      return frame;
    }
    const at = snippets.push(frame) - 1;
    const query = address.slice(address.indexOf('?') + 1);
    // Whole, so that it is not taken for a file beside the notebook.
    const page = new URL(`${baseUrl}trackkit/widgets/`, document.baseURI).href;
    const href = /^https?:/i.test(address) ? address : `${page}?${query}`;
    const safe = href.replaceAll('<', '%3C').replaceAll('>', '%3E');
    return `<a class="${LINK} ${LINK}-${at}" href="${safe}">Live view</a>`;
  });
}

/** The model with such a source. */
export function changed(model: IRenderMime.IMimeModel, mime: string): IRenderMime.IMimeModel {
  const { trusted, metadata, data } = model;
  const source = withoutDollars(String(data[mime]));
  return { trusted, metadata, data: { ...data, [mime]: source }, setData: options => model.setData(options) };
}
