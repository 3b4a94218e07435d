// One of several, in a small window: arrows walk, Enter and the space bar choose, so that what is passed by is not chosen.

import { Check } from 'lucide';
import { Icon } from '../parts/icon';

export interface Option {
  value: string;
  words: string;
  /** What it is of, where the words may be of several. */
  of?: string | undefined;
  title?: string;
}

interface OptionsProps {
  label: string;
  options: readonly Option[];
  chosen: string;
  onChoose: (value: string) => void;
}

export function Options({ label, options, chosen, onChoose }: OptionsProps) {
  return (
    <div class="tk-pick-list" role="radiogroup" aria-label={label}>
      {options.map(option => (
        <OptionRow key={option.value} option={option} chosen={chosen} onChoose={onChoose} />
      ))}
    </div>
  );
}

/** One of them, where more than options stands in the list. */
export function OptionRow({
  option,
  chosen,
  onChoose,
}: Pick<OptionsProps, 'chosen' | 'onChoose'> & { option: Option }) {
  const { value, words, of, title } = option;
  return (
    // biome-ignore lint/a11y/useSemanticElements: an input is chosen as soon as an arrow reaches it
    <button
      type="button"
      role="radio"
      aria-checked={chosen === value}
      class="tk-button tk-pick-item"
      title={title}
      onClick={() => onChoose(value)}
    >
      <span class="tk-pick-mark" aria-hidden="true">
        {chosen === value && <Icon of={Check} size={14} />}
      </span>
      <span class="tk-cut">{words}</span>
      {of && <span class="tk-faint tk-cut">{of}</span>}
    </button>
  );
}
