import { describe, expect, it } from 'vitest';
import type { Figure } from '../protocol';
import { checkFigure, FigureError, kindOf, knownTraces, localFigure, pictureOf, themedLayout } from './figure';

const theme = {
  ...{ paper: 'paper', ink: 'ink', muted: 'muted', grid: 'grid', border: 'border', font: 'font' },
  ...{ series: ['first', 'second'], low: 'low', high: 'high' },
};

describe('figures that are refused', () => {
  it.each([
    '{"data":[{"y":[1],"__proto__":{"polluted":1}}]}',
    '{"data":[],"layout":{"a":[{"constructor":1}]}}',
    '{"data":[],"layout":{"template":{"prototype":{}}}}',
  ])('%s', text => {
    expect(() => checkFigure(JSON.parse(text))).toThrow(FigureError);
    expect(() => checkFigure(JSON.parse(text))).toThrow(/not safe to show/);
  });

  it.each([null, 'text', {}, { data: {} }])('%j, which is no figure', found => {
    expect(() => checkFigure(found)).toThrow(/no figure/);
  });

  it('lets others through as they are', () => {
    const figure = { data: [{ type: 'bar', y: [1, 2] }], layout: { title: { text: 'x' } } };
    expect(checkFigure(figure)).toBe(figure);
  });
});

describe('what a figure would fetch', () => {
  const menu = (...args: unknown[]) => ({ data: [], layout: { updatemenus: [{ buttons: [{ label: 'a', args }] }] } });

  it.each([
    { data: [{ type: 'scattergeo', lat: [1], lon: [2] }] },
    { data: [{ y: [1] }, { type: 'choropleth', locations: ['FRA'] }] },
    { data: [{ type: 'densitymapbox' }] },
    { data: [{ type: 'scattermap' }] },
    menu({ type: ['scattergeo'] }),
  ])('maps are refused: %j', figure => {
    expect(() => localFigure(figure as Figure)).toThrow(/maps from the network, which are not fetched/);
  });

  it.each([
    { data: [], layout: { images: [{ source: 'https://else.where/a.png' }] } },
    { data: [], layout: { images: [{ source: '//else.where/a.png' }] } },
    { data: [], layout: { template: { layout: { imagedefaults: { source: ' https://else.where' } } } } },
    { data: [{ name: '<span style="mask:url(https://else.where)">a</span>' }] },
    { data: [{ text: ["<b style='mask:u\\72l(//else.where)'>a</b>"] }] },
    menu({ 'images[0].source': 'https://else.where' }),
    menu('images[0].source', 'ht\ntps:\\\\else.where'),
  ])('addresses are left out: %j', figure => {
    const before = structuredClone(figure);
    const { figure: local, reduced } = localFigure(figure as Figure);
    expect(reduced).toBe(true);
    expect(JSON.stringify(local)).not.toMatch(/source":"[^"]|style=/);
    expect(JSON.stringify(local)).not.toMatch(/(updatemenus|images).*else\.where/);
    expect(figure).toEqual(before);
  });

  it('all else stays as it is', () => {
    const figure: Figure = {
      data: [
        { type: 'heatmap', z: [[1]] },
        { type: 'treemap', labels: ['https://a.b', '<a href="https://a.b">a</a> <b style="color:red">b</b>'] },
        { type: 'sankey', link: { source: [0], target: [1] } },
      ],
      layout: { images: [{ source: 'data:image/png;base64,AAAA' }] },
    };
    const { figure: local, reduced } = localFigure(figure);
    expect(local).toBe(figure);
    expect(reduced).toBe(false);
  });
});

describe('the theme', () => {
  it('adds paper, ink and grid where the figure sets none, and leaves traces alone', () => {
    const figure: Figure = { data: [{ type: 'bar', y: [1] }], layout: { xaxis: { gridcolor: 'own' }, width: 900 } };
    const before = structuredClone(figure);
    const layout = themedLayout(figure, theme);
    expect(layout).toMatchObject({ paper_bgcolor: 'paper', font: { color: 'ink' }, yaxis: { gridcolor: 'grid' } });
    expect(layout.xaxis).toMatchObject({ tickfont: { color: 'muted' } });
    const inked = themedLayout({ data: [], layout: { font: { color: 'red' } } }, theme);
    expect(inked.xaxis).not.toHaveProperty('tickfont');
    expect(layout.xaxis).toMatchObject({ gridcolor: 'own' });
    expect(layout.width).toBeUndefined();
    expect(figure).toEqual(before);
  });

  it('leaves a template somebody chose', () => {
    const template = { layout: { paper_bgcolor: 'black', plot_bgcolor: 'black' } };
    expect(themedLayout({ data: [], layout: { template } }, theme).paper_bgcolor).toBeUndefined();
  });

  it('does not take the default template for a choice', () => {
    const template = { layout: { paper_bgcolor: 'white', plot_bgcolor: '#E5ECF6' } };
    expect(themedLayout({ data: [], layout: { template } }, theme).paper_bgcolor).toBe('paper');
  });
});

describe('the kind of a figure', () => {
  it.each([
    [['scatter', 'bar'], 'axes'],
    [['surface'], 'space'],
    [['table'], 'plain'],
    [['table', 'bar'], 'axes'],
  ])('%j is %s', (types, kind) => {
    expect(kindOf({ data: types.map(type => ({ type })) })).toBe(kind);
  });
});

describe('a trace of an unknown kind', () => {
  const known = (kind: string) => kind !== 'hologram';

  it('is left out, and named', () => {
    const { figure, unknown } = knownTraces({ data: [{ type: 'bar' }, { type: 'hologram' }, {}] }, known);
    expect(figure.data).toEqual([{ type: 'bar' }, {}]);
    expect(unknown).toEqual(['hologram']);
  });

  it('is the reason why nothing is drawn, where it is alone', () => {
    expect(() => knownTraces({ data: [{ type: 'hologram' }] }, known)).toThrow(/no trace of the kind "hologram"/);
  });
});

describe('a picture', () => {
  const trace = { type: 'scatter', mode: 'markers', opacity: 0 };
  const source = 'data:image/png;base64,AAAA';

  it('is known as one', () => {
    expect(pictureOf({ data: [trace], layout: { images: [{ source }] } })).toBe(source);
  });

  it('is not a figure that has one', () => {
    expect(pictureOf({ data: [{ ...trace, opacity: 1 }], layout: { images: [{ source }] } })).toBeNull();
    expect(pictureOf({ data: [trace], layout: { images: [{ source }, { source }] } })).toBeNull();
    expect(
      pictureOf({ data: [trace], layout: { images: [{ source: 'https://elsewhere.example/a.png' }] } }),
    ).toBeNull();
    expect(pictureOf({ data: [trace] })).toBeNull();
  });
});

describe('the look of our own figures', () => {
  const template = (figure: Parameters<typeof themedLayout>[0]) =>
    themedLayout(figure, theme).template as { layout?: { colorway?: string[] } };

  it('is that of the charts beside them', () => {
    expect(template({ data: [{ type: 'bar' }] }).layout?.colorway).toEqual(['first', 'second']);
  });

  it('is not put on a figure that came with a template', () => {
    const layout = {
      template: { layout: { paper_bgcolor: 'white', plot_bgcolor: `#${'e5ecf6'}`, colorway: ['own'] } },
    };
    expect(template({ data: [{ type: 'bar' }], layout }).layout?.colorway).toEqual(['own']);
  });
});
