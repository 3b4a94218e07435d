// The small picture of a debug sample, where many of them are shown.

import { useSignal } from '@preact/signals';
import { Image, ImageOff } from 'lucide';
import { Icon } from '../parts/icon';
import type { Sample } from '../protocol';
import type { Source } from '../source';
import '../styles/samples.css';

/** A drawing is sent as it is, where it is small; of all else a small picture is made. */
const DRAWING = 200_000;

export interface SamplePictureProps {
  source: Source;
  id: string;
  sample: Pick<Sample, 'hash' | 'mime' | 'size' | 'width' | 'height'>;
  name: string;
}

export function SamplePicture({ source, id, name, sample }: SamplePictureProps) {
  /** The file that cannot be shown: another one may take its place. */
  const failed = useSignal('');
  const broken = failed.value === sample.hash;
  const drawing = sample.mime === 'image/svg+xml';
  if (broken || (drawing && (sample.size ?? 0) > DRAWING)) {
    return (
      <span class="tk-faint tk-tile-nothing">
        <Icon of={broken ? ImageOff : Image} size={24} />
        {broken ? 'Damaged, or too large for a small picture' : 'A large drawing'}
      </span>
    );
  }
  const small = (sample.width ?? 1000) < 100 && (sample.height ?? 1000) < 100;
  return (
    <img
      src={drawing ? source.fileUrl(id, sample.hash) : source.thumbnailUrl(id, sample.hash)}
      alt={name}
      loading="lazy"
      decoding="async"
      draggable={false}
      class={small ? 'tk-pixels' : ''}
      onError={() => {
        failed.value = sample.hash;
      }}
    />
  );
}
