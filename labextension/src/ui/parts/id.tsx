// The id of what is shown, behind a button.

import { Hash } from 'lucide';
import { CopyButton } from './copy';
import { Popover } from './popover';

export function IdButton({ id }: { id: string }) {
  return (
    <Popover label="ID" icon={Hash} title="ID">
      <code>{id}</code>
      <CopyButton text={id} />
    </Popover>
  );
}
