// What is set for the curves, made what a project begins with, or taken back.

import { sentenceOf, useSaid } from './said';

export function Defaults({ makeDefault, reset }: { makeDefault: () => Promise<string>; reset: () => Promise<void> }) {
  const [said, say] = useSaid();
  const failed = (reason: unknown) => say(sentenceOf(reason));
  return (
    <div class="tk-setting tk-defaults">
      <button
        type="button"
        class="tk-button tk-quiet"
        title="Experiments of this project begin with these settings"
        onClick={() =>
          makeDefault().then(name => say(`${name || 'What has no project'} begins with these settings`), failed)
        }
      >
        Set as project default
      </button>
      <button
        type="button"
        class="tk-button tk-quiet"
        title="Back to what the project begins with"
        onClick={() => reset().then(() => say('Settings are back to the default'), failed)}
      >
        Reset
      </button>
      <span class="tk-setting-said" role="status">
        {said.value}
      </span>
    </div>
  );
}
