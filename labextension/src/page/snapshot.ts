// The source of an exported page: the answers that were kept when it was written. Nothing is asked of anyone.

import { signal } from '@preact/signals';
import type { Edited } from '../ui/source';
import { type Source, SourceError } from '../ui/source';

interface KeptAnswer {
  name: string;
  args: Record<string, unknown>;
  answer?: unknown;
  /** Gzipped, as base64. */
  bytes?: string;
}

export interface Kept {
  /** By store. */
  answers: Record<string, KeptAnswer[]>;
  /** Samples as `data:` addresses, by the hash of their content. */
  files: Record<string, string>;
}

/** What an answer is about: one that differs in these answers another question. */
const ABOUT = ['id', 'objects', 'hash', 'metric', 'variant', 'part', 'name', 'section', 'statistic', 'before', 'after'];
const NOT_HERE = 'This was not kept in the exported page.';

export class SnapshotSource implements Source {
  readonly connected = signal(true);
  private readonly unpacked = new Map<KeptAnswer, Promise<ArrayBuffer>>();
  private plotly: Promise<string> | null = null;

  constructor(
    readonly storeId: string,
    private readonly answers: readonly KeptAnswer[],
    private readonly files: Readonly<Record<string, string>>,
  ) {}

  read: Source['read'] = async (operation, args) => {
    const kept = this.find(operation, args as Record<string, unknown>);
    if (!kept) {
      throw new SourceError('not_kept', NOT_HERE);
    }
    if (kept.bytes === undefined) {
      return kept.answer as never;
    }
    const bytes = this.unpacked.get(kept) ?? unpack(kept.bytes);
    this.unpacked.set(kept, bytes);
    return (await bytes) as never;
  };

  edit = async (): Promise<Edited> => {
    throw new SourceError('frozen', 'This page is a copy: nothing can be changed in it.');
  };

  fileUrl(_experiment: string, hash: string): string {
    return this.files[hash] ?? 'data:,';
  }

  async blob(_experiment: string, hash: string): Promise<Blob> {
    const address = this.files[hash];
    if (address === undefined) {
      throw new SourceError('not_kept', NOT_HERE);
    }
    const [head = '', data = ''] = address.split(',', 2);
    const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
    return new Blob([bytes], { type: head.slice('data:'.length).split(';')[0] ?? '' });
  }

  /** What is kept is small enough. */
  thumbnailUrl(experiment: string, hash: string): string {
    return this.fileUrl(experiment, hash);
  }

  plotlyUrl(): Promise<string> {
    const { trackkitOpen } = globalThis as { trackkitOpen?: (id: string) => Promise<string> };
    this.plotly ??= trackkitOpen?.('trackkit-plotly') ?? Promise.reject(new SourceError('not_kept', NOT_HERE));
    return this.plotly;
  }

  watch(): void {
    // Nothing changes here.
  }

  /** The answer to the same question, else to the one most like it about the same things. */
  private find(name: string, args: Record<string, unknown>): KeptAnswer | undefined {
    let best: KeptAnswer | undefined;
    let most = -1;
    for (const kept of this.answers) {
      if (kept.name !== name || !ABOUT.every(key => name === 'console' || alike(kept.args[key], args[key]))) {
        continue;
      }
      if (name === 'console' && kept.args.id !== args.id) {
        continue;
      }
      const names = Object.keys({ ...kept.args, ...args });
      const equal = names.filter(key => alike(kept.args[key], args[key])).length;
      if (equal > most) {
        best = kept;
        most = equal;
      }
    }
    return best;
  }
}

function alike(one: unknown, other: unknown): boolean {
  return JSON.stringify(bare(one)) === JSON.stringify(bare(other));
}

/** Nothing, no name and no names are the same. */
function bare(value: unknown): unknown {
  return value === '' || value === undefined || (Array.isArray(value) && value.length === 0) ? null : value;
}

async function unpack(text: string): Promise<ArrayBuffer> {
  const packed = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(plain).arrayBuffer();
}
