// Snippets in Markdown: what becomes a link that a sanitiser keeps, and what stays as it is.

import { expect, it } from 'vitest';
import { linked, withFrames, withoutDollars } from './snippets';

const ID = '0123456789abcdef'.repeat(2);
const BASE = 'http://localhost:8888/hub/';

function links(html: string): [string, string[]] {
  const snippets: string[] = [];
  return [linked(html, snippets, BASE), snippets];
}

it('makes our frames links to the page of this server, one after the other', () => {
  const frame = `<iframe src="/trackkit/widgets/?type=plot&objects=${ID}" width="100%" height="300"></iframe>`;
  const [html, snippets] = links(`<p>${frame}</p>\n<details>${frame.replace('plot', 'scalar')}</details>`);
  const [first, second] = [...html.matchAll(/<a class="trackkit-embed trackkit-embed-(\d)" href="([^"]*)">/g)];
  expect([first?.[1], second?.[1]]).toEqual(['0', '1']);
  expect(first?.[2]).toBe(`${BASE}trackkit/widgets/?type=plot&objects=${ID}`);
  expect(html).not.toContain('iframe');
  expect(snippets[0]).toBe(frame);
});

it('leaves a foreign address what it is, for whoever has no server of ours', () => {
  const [html] = links(`<iframe src="https://app.clear.ml/widgets/?objects=${ID}"></iframe>`);
  expect(html).toContain(`href="https://app.clear.ml/widgets/?objects=${ID}"`);
});

it.each([
  ['<iframe src="https://example.org/"></iframe>'],
  ['<iframe src="javascript:alert(1)//widgets/"></iframe>'],
  ['<iframe srcdoc="<script>alert(1)</script>"></iframe>'],
  [`<code>&lt;iframe src="/widgets/?objects=${ID}"&gt;&lt;/iframe&gt;</code>`],
])('leaves %s to the sanitiser', html => {
  expect(links(html)).toEqual([html, []]);
});

it('takes a frame whose quote or tag is not closed, to the end of its block', () => {
  const [html, snippets] = links(`<iframe src="<web_server>/widgets/?objects=${ID}\n\n<p>After</p>`);
  expect(snippets).toHaveLength(1);
  expect(html).toContain('<p>After</p>');
});

it('cannot be left by its address', () => {
  const [html] = links(`<iframe src="/widgets/?objects=${ID}&metrics=<img/src=x>&variants='"></iframe>`);
  expect(html.match(/</g)).toHaveLength(2);
});

it('keeps dollars of an address out of formulas, and of code as they are', () => {
  const frame = '<iframe src="/widgets/?tags[]=__$and,__$or,a,b"></iframe>';
  expect(withoutDollars(`$x$ ${frame}`)).toBe(`$x$ ${frame.replaceAll('$', '%24')}`);
  for (const code of [`\`${frame}\``, `\`\`\`html\n${frame}\n\`\`\``]) {
    expect(withoutDollars(code)).toBe(code);
  }
});

it('counts the frames of a source as those of its markup, which has none in code', () => {
  const frame = (type: string) => `<iframe src="/trackkit/widgets/?type=${type}&objects=${ID}"></iframe>`;
  const video = '<iframe src="https://example.org/"></iframe>';
  const source = `\`\`\`html\n${frame('plot')}\n\`\`\`\n\n${video}\n\n${frame('sample')}\n\n${frame('scalar')}\n`;
  const changed = withFrames(source, (found, at) => (at === 1 ? 'changed' : found));
  expect(changed).toBe(source.replace(frame('scalar'), 'changed'));
});
