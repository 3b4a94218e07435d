// The door of the Lab: what an output shows with and without our server extension, and when it is drawn again.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ServerConnection } from '@jupyterlab/services';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIME_TYPE } from './output';
import { ViewRenderer } from './renderer';
import { labServer } from './server';

const BASE = 'http://localhost:8888/hub/user/';
const VIEW = {
  version: 1,
  kind: 'message',
  store: { id: '0'.repeat(32), path: '../my store#1' },
  objects: [],
  query: null,
  options: { text: 'Nothing was logged.' },
  title: 'sgd',
};

let asked: Request[] = [];
let renderers: ViewRenderer[] = [];

beforeEach(() => {
  asked = [];
  renderers = [];
});

afterEach(() => {
  for (const renderer of renderers) {
    renderer.dispose();
  }
});

/** A server whose `about` is `answer`, and which knows no experiment. */
function server(answer: () => Response) {
  const settings = ServerConnection.makeSettings({
    baseUrl: BASE,
    token: 'secret',
    fetch: async (request: RequestInfo | URL) => {
      asked.push(request as Request);
      const refusal = { code: 'not_found', message: 'There is no such experiment.', field: 'id' };
      return (request as Request).url.includes('/about') ? answer() : Response.json(refusal, { status: 404 });
    },
  });
  return labServer(settings);
}

const about = () => Response.json({ version: '0.1.0', plotly: 'p', default_store: null, stores: [], folders: {} });
const missing = () => new Response('<html>404</html>', { status: 404 });

function output(view: unknown, picture = 'aGVsbG8='): IRenderMime.IMimeModel {
  const data = { [MIME_TYPE]: view, 'image/png': picture } as IRenderMime.IMimeModel['data'];
  return { trusted: false, data, metadata: {}, setData: () => undefined };
}

function renderer(answer = about, resolver: IRenderMime.IResolver | null = null) {
  const made = new ViewRenderer(server(answer), resolver);
  renderers.push(made);
  return made;
}

describe('an output with a view', () => {
  it('mounts the view, and asks with the token of the Lab below its base URL', async () => {
    const made = renderer();
    await made.renderModel(output(VIEW));
    expect(made.node.querySelector('.trackkit')?.textContent).toContain('Nothing was logged.');
    expect(made.node.querySelector('img')).toBeNull();
    expect(made.node.dataset.lmSuppressShortcuts).toBe('true');
    expect(asked[0]?.url).toContain(`${BASE}trackkit/api/about`);
    expect(asked[0]?.headers.get('Authorization')).toBe('token secret');
  });

  it('stays as it is when the same view is sent again with another picture', async () => {
    const made = renderer();
    await made.renderModel(output(VIEW));
    const root = made.node.querySelector('.trackkit');
    await made.renderModel(output({ ...VIEW }, 'b3RoZXI='));
    expect(made.node.querySelector('.trackkit')).toBe(root);
  });

  it('is drawn anew when the view is another one', async () => {
    const made = renderer();
    await made.renderModel(output(VIEW));
    await made.renderModel(output({ ...VIEW, options: { text: 'Another text.' } }));
    expect(made.node.querySelectorAll('.trackkit')).toHaveLength(1);
    expect(made.node.textContent).toContain('Another text.');
  });

  it('is taken down with its output', async () => {
    const made = renderer();
    await made.renderModel(output(VIEW));
    made.dispose();
    expect(made.node.querySelector('.trackkit')).toBeNull();
  });

  it('is not mounted when the output went away while it was loading', async () => {
    const made = renderer();
    const rendered = made.renderModel(output(VIEW));
    made.dispose();
    await rendered;
    expect(made.node.querySelector('.trackkit')).toBeNull();
  });

  it('names the store by its place below the root of the server', async () => {
    const resolver: IRenderMime.IResolver = {
      // As the Lab resolves it: against the encoded folder of the notebook.
      resolveUrl: async url => new URL(url, 'http://x/my%20work/notebooks/').pathname.slice(1),
      getDownloadUrl: async url => url,
    };
    const made = renderer(about, resolver);
    await made.renderModel(output({ ...VIEW, kind: 'experiment', objects: ['1'.repeat(32)] }));
    await expect
      .poll(() => asked.map(request => new URL(request.url).searchParams.get('path')), { timeout: 4000 })
      .toContain('my work/my store#1');
  });
});

describe('an output whose view cannot be live', () => {
  it('shows its picture and the command that mends it', async () => {
    const made = renderer(missing);
    await made.renderModel(output(VIEW));
    expect(made.node.querySelector('img')?.src).toBe('data:image/png;base64,aGVsbG8=');
    expect(made.node.querySelector('[role=status]')?.textContent).toMatch(
      /^This is the saved picture.*extension enabled/,
    );
    expect(made.node.querySelector('pre')?.textContent).toBe('jupyter server extension enable trackkit_jupyter');
  });

  it('shows its picture when what it shows is not there, and tries again at the next rendering', async () => {
    const made = renderer();
    const view = { ...VIEW, kind: 'experiment', objects: ['1'.repeat(32)] };
    await made.renderModel(output(view));
    await expect
      .poll(() => made.node.querySelector('[role=status]')?.textContent)
      .toMatch(/^This is the saved picture/);
    expect(made.node.querySelector('.trackkit')).toBeNull();
    await made.renderModel(output(view, 'b3RoZXI='));
    await expect.poll(() => made.node.querySelector('img')?.src).toBe('data:image/png;base64,b3RoZXI=');
  });

  it('says the command once, in the first output, and in another when that one is gone', async () => {
    const [first, second] = [renderer(missing), renderer(missing)];
    await first.renderModel(output(VIEW));
    await second.renderModel(output(VIEW));
    expect(first.node.querySelector('pre')).not.toBeNull();
    expect(second.node.querySelector('pre')).toBeNull();
    expect(second.node.querySelector('[role=status]')?.textContent).toMatch(/extension enabled\.$/);
    first.dispose();
    await second.renderModel(output(VIEW));
    expect(second.node.querySelector('pre')).not.toBeNull();
  });

  it('does not speak of a picture where none was saved', async () => {
    const made = renderer(missing);
    await made.renderModel(output(VIEW, ''));
    expect(made.node.querySelector('img')).toBeNull();
    expect(made.node.querySelector('[role=status]')?.textContent).toMatch(/^The Jupyter server/);
  });

  it('is live at the next rendering when the extension is there by then', async () => {
    let answer = missing;
    const made = renderer(() => answer());
    await made.renderModel(output(VIEW));
    answer = about;
    await made.renderModel(output(VIEW));
    expect(made.node.querySelector('.trackkit')).not.toBeNull();
    expect(made.node.querySelector('pre')).toBeNull();
  });

  it('leaves a server that is away to the view', async () => {
    const away = labServer(
      ServerConnection.makeSettings({ baseUrl: BASE, fetch: () => Promise.reject(new TypeError('refused')) }),
    );
    expect(await away.hasExtension()).toBe(true);
  });

  it.each([null, 'text', {}, { kind: 'experiment' }, { ...VIEW, objects: 'all' }])('refuses %j', async junk => {
    const made = renderer();
    await made.renderModel(output(junk));
    expect(made.node.textContent).toContain('holds no view');
    expect(made.node.querySelector('img')).not.toBeNull();
  });
});
