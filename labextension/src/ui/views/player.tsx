// What plays or shows a sample that is no picture: sounds with their outline, videos, pages, files.

import { useSignal } from '@preact/signals';
import { File } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon';
import type { Reads, Sample } from '../protocol';
import type { Source } from '../source';

interface PlayerProps {
  source: Source;
  id: string;
  sample: Sample;
}

type Outline = Reads['waveform']['result'];

/** Of a page that comes without the server's policy: it reaches nothing. */
const POLICY =
  '<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; ' +
  "style-src 'unsafe-inline'; img-src data:; media-src data:; font-src data:\">";

export function Player(props: PlayerProps) {
  const { source, id, sample } = props;
  const broken = useSignal('');
  const url = source.fileUrl(id, sample.hash);
  const name = `${sample.metric} / ${sample.variant}`;
  const onError = () => {
    broken.value = url;
  };
  if (sample.kind === 'audio') {
    return <Sound key={sample.hash} {...props} url={url} name={name} broken={broken.value === url} onError={onError} />;
  }
  if (sample.kind === 'video' && broken.value !== url) {
    // biome-ignore lint/a11y/useMediaCaption: a logged video has no captions
    return <video controls src={url} aria-label={name} onError={onError} />;
  }
  if (sample.kind === 'html') {
    return <Page key={sample.hash} {...props} url={url} name={name} />;
  }
  const why = sample.kind === 'video' ? 'This video is damaged or of a kind that browsers do not play.' : null;
  return (
    <div class="tk-tile-other" role={why ? 'alert' : undefined}>
      <Icon of={File} size={32} />
      <span class="tk-faint">{why ?? sample.mime ?? 'A file of an unknown kind'}</span>
    </div>
  );
}

interface SoundProps extends PlayerProps {
  url: string;
  name: string;
  broken: boolean;
  onError: () => void;
}

function Sound({ source, id, sample, url, name, broken, onError }: SoundProps) {
  const player = useRef<HTMLAudioElement>(null);
  const outline = useSignal<Outline | null>(null);
  const played = useSignal(0);
  useEffect(() => {
    const reading = new AbortController();
    source.read('waveform', { id, hash: sample.hash }, reading.signal).then(
      found => {
        outline.value = found;
      },
      () => undefined, // it plays without one
    );
    return () => reading.abort();
  }, []);
  const found = outline.value;
  const seek = (event: MouseEvent) => {
    const frame = (event.currentTarget as Element).getBoundingClientRect();
    if (player.current && found) {
      player.current.currentTime = ((event.clientX - frame.left) / frame.width) * found.seconds;
    }
  };
  const problem = found?.note ?? (broken ? 'This sound is damaged or of a kind that browsers do not play.' : null);
  return (
    <div class="tk-sound">
      {found && found.low.length > 0 && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the player below seeks by keyboard
        <svg
          class="tk-waveform"
          role="img"
          aria-label={`Waveform of ${name}`}
          viewBox={`0 -1 ${found.low.length} 2`}
          preserveAspectRatio="none"
          onClick={seek}
        >
          <path d={outlinePath(found)} />
          <rect class="tk-waveform-played" x="0" y="-1" height="2" width={played.value * found.low.length} />
        </svg>
      )}
      {problem ? (
        <p class="tk-nothing" role="alert">
          {problem} Download gives its file.
        </p>
      ) : (
        // biome-ignore lint/a11y/useMediaCaption: a logged sound has no captions
        <audio
          ref={player}
          controls
          src={url}
          aria-label={name}
          onError={onError}
          onTimeUpdate={event => {
            const { currentTime, duration } = event.currentTarget;
            played.value = duration > 0 ? currentTime / duration : 0;
          }}
        />
      )}
      {found && found.low.length > 0 && (
        <span class="tk-faint tk-number">
          {found.seconds.toFixed(2)} s, {found.rate} Hz, {found.channels === 1 ? 'mono' : `${found.channels} channels`}
        </span>
      )}
    </div>
  );
}

/** The band between the least and the greatest amplitudes, never thinner than a line. */
function outlinePath({ low, high }: Outline): string {
  const thin = 0.01;
  const over = high.map((value, at) => `${at + 0.5},${-Math.max(value, thin)}`);
  const under = low.map((value, at) => `${at + 0.5},${-Math.min(value, -thin)}`).reverse();
  return `M${over.join('L')}L${under.join('L')}Z`;
}

/** A logged page, in a frame that runs no scripts and reaches nothing, wherever its file came from. */
function Page({ source, id, sample, url, name }: PlayerProps & { url: string; name: string }) {
  const address = useSignal<string | null>(source.blob ? null : url);
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    source.blob?.(id, sample.hash).then(
      found => {
        if (!gone) {
          made = URL.createObjectURL(new Blob([POLICY, found], { type: 'text/html' }));
          address.value = made;
        }
      },
      () => undefined,
    );
    return () => {
      gone = true;
      if (made) {
        URL.revokeObjectURL(made);
      }
    };
  }, []);
  return address.value === null ? null : <iframe sandbox="" src={address.value} title={name} />;
}
