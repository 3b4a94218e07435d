import { describe, expect, it } from 'vitest';
import { ConnectionError, HttpSource, type Request, SourceError, sharedSource } from './source';

const STORE = { id: 'a1', path: 'runs/.trackkit' };
const OPTIONS = { baseUrl: '/user/ana/' };

/** A door that notes what is asked and answers with what it is given. */
function door(answer: () => Response) {
  const asked: { path: string; init: RequestInit }[] = [];
  const request: Request = async (path, init) => {
    asked.push({ path, init });
    return answer();
  };
  return { asked, source: new HttpSource(request, STORE, OPTIONS) };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

describe('HttpSource', () => {
  it('repeats the key of a list and leaves out what is not set', async () => {
    const { asked, source } = door(() => new Response(new ArrayBuffer(8)));
    await source.read('charts', { objects: ['x', 'y'], smoothing: 0.6, x_from: null }).catch(() => {});
    expect(asked[0]?.path).toBe('trackkit/api/charts?store=a1&path=runs%2F.trackkit&objects=x&objects=y&smoothing=0.6');
    expect(asked[0]?.init.method).toBe('GET');
  });

  it('posts a question that no address holds, without what is not set', async () => {
    const { asked, source } = door(() => json({}));
    const objects = Array.from({ length: 1_000 }, (_, at) => at.toString(16).padStart(32, '0'));
    await source.read('charts', { objects, x_from: null });
    expect(asked[0]?.path).toBe('trackkit/api/charts');
    expect(asked[0]?.init.method).toBe('POST');
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual({ store: 'a1', path: 'runs/.trackkit', objects });
  });

  it('answers curves as bytes and all else as JSON', async () => {
    const headers = { 'content-type': 'application/octet-stream' };
    const bytes = await door(() => new Response(new ArrayBuffer(16), { headers })).source.read('charts', {
      objects: [],
    });
    expect(bytes.byteLength).toBe(16);
    const record = await door(() => json({ name: 'sgd' })).source.read('experiment', { id: 'x' });
    expect(record.name).toBe('sgd');
  });

  it('posts edits with the store beside the arguments', async () => {
    const { asked, source } = door(() => json({ state: '7' }));
    expect(await source.edit('add_tags', { id: 'x', tags: ['good'] })).toEqual({ state: '7' });
    expect(asked[0]?.path).toBe('trackkit/api/add_tags');
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual({
      store: 'a1',
      path: 'runs/.trackkit',
      id: 'x',
      tags: ['good'],
    });
  });

  it('hands on a refusal in the words of the server', async () => {
    const refusal = { code: 'bad_value', message: 'smoothing must be below 1', field: 'smoothing' };
    const { source } = door(() => json(refusal, 400));
    const error = await source.read('charts', { objects: ['x'] }).catch(reason => reason);
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject(refusal);
    expect(source.connected.value).toBe(true);
  });

  it.each([
    [404, 'no_server', 'restart the server'],
    [403, 'forbidden', 'Sign in again'],
    [500, 'unexpected', 'status 500'],
  ])('says what to do when something else answers with %i', async (status, code, words) => {
    const { source } = door(() => new Response('<html>', { status }));
    const error = await source.read('experiment', { id: 'x' }).catch(reason => reason);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it('knows a lost connection from a refusal, and notices when it is back', async () => {
    let reachable = false;
    const request: Request = async () => {
      if (!reachable) {
        throw new TypeError('Failed to fetch');
      }
      return json({});
    };
    const source = new HttpSource(request, STORE, OPTIONS);
    await expect(source.read('experiment', { id: 'x' })).rejects.toBeInstanceOf(ConnectionError);
    expect(source.connected.value).toBe(false);
    reachable = true;
    await source.read('experiment', { id: 'x' });
    expect(source.connected.value).toBe(true);
  });

  it('does not take a cancelled read for a lost connection', async () => {
    const stop = new AbortController();
    const request: Request = (_path, init) =>
      new Promise((_resolve, reject) => {
        init.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    const source = new HttpSource(request, STORE, OPTIONS);
    const read = source.read('experiment', { id: 'x' }, stop.signal);
    stop.abort();
    await expect(read).rejects.toMatchObject({ name: 'AbortError' });
    expect(source.connected.value).toBe(true);
  });

  it('builds addresses below the base URL, with names that need it escaped', () => {
    const { source } = door(() => json({}));
    expect(source.fileUrl('e1', 'abc')).toBe('/user/ana/trackkit/files/a1/e1/abc');
    expect(source.fileUrl('e1', 'abc', 'a b.png')).toBe('/user/ana/trackkit/files/a1/e1/abc?download=a%20b.png');
  });

  it('asks for the address of plotly once, and again only after a failure', async () => {
    let answers = [json({}, 503), json({ plotly: 'trackkit/plotly/7/plotly.min.js' })];
    const { asked, source } = door(() => answers.shift() as Response);
    await expect(source.plotlyUrl()).rejects.toBeInstanceOf(ConnectionError);
    expect(await source.plotlyUrl()).toBe('/user/ana/trackkit/plotly/7/plotly.min.js');
    answers = [];
    await source.plotlyUrl();
    expect(asked).toHaveLength(2);
  });
});

describe('sharedSource', () => {
  it('is one per door and store', () => {
    const request: Request = async () => json({});
    const source = sharedSource(request, STORE, OPTIONS);
    expect(sharedSource(request, { ...STORE }, OPTIONS)).toBe(source);
    expect(sharedSource(request, { id: 'b2' }, OPTIONS)).not.toBe(source);
  });
});
