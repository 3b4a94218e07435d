// The Artifacts tab: models that went in and came out, and everything else that was kept.

import { useSignal } from '@preact/signals';
import { Download } from 'lucide';
import { downloadFile, downloadUrl, fileName } from '../parts/download';
import { Facts } from '../parts/facts';
import { bytes } from '../parts/format';
import { Button } from '../parts/icon';
import type { LiveRead } from '../parts/live';
import { Rail, type RailItem } from '../parts/rail';
import { Empty, SkeletonRows } from '../parts/states';
import { RelativeTime } from '../parts/time';
import type { Artifact, ExperimentAnswer } from '../protocol';
import type { Source } from '../source';
import { Models } from './model/listed';

const AUDIT = 'data-audit-table';
/** Addresses of the network; a path on this machine cannot be opened by a page, so it is copied. */
const NETWORK = /^https?:\/\//i;

type Shelf = 'input' | 'output' | 'audit' | 'other';

export function ArtifactsTab({ record: live, source }: { record: LiveRead<ExperimentAnswer>; source: Source }) {
  const chosen = useSignal<string>('');
  const record = live.value.value;
  if (!record) {
    return live.late.value ? <SkeletonRows rows={6} /> : null;
  }
  const audit = record.artifacts.filter(artifact => artifact.type === AUDIT);
  const other = record.artifacts.filter(artifact => artifact.type !== AUDIT);
  const items: (RailItem & { key: Shelf })[] = [
    { key: 'input', name: 'Input models', count: record.models.input.length, group: 'Models' },
    { key: 'output', name: 'Output models', count: record.models.output.length, group: 'Models' },
    { key: 'audit', name: 'Data audit', count: audit.length, group: 'Artifacts' },
    { key: 'other', name: 'Other', count: other.length, group: 'Artifacts' },
  ];
  const current = (items.find(({ key }) => key === chosen.value) ?? items.find(({ count }) => count) ?? items[1])?.key;
  const shown = {
    get value() {
      return current ?? 'other';
    },
    set value(key: string) {
      chosen.value = key;
    },
  };
  return (
    <Rail label="Artifacts" items={items} chosen={shown}>
      {current === 'input' && (
        <Models label="Input models" models={record.models.input} source={source} code='exp.use_model("digits@best")'>
          Models the experiment started from appear here.
        </Models>
      )}
      {current === 'output' && (
        <Models
          label="Output models"
          models={record.models.output}
          source={source}
          code='exp.save_model("net", "net.pt")'
        >
          Models the experiment made appear here.
        </Models>
      )}
      {current === 'audit' && (
        <Artifacts record={record} artifacts={audit} source={source} code='exp.watch_artifact("rows", frame)'>
          Data that is stored again whenever it changes appears here.
        </Artifacts>
      )}
      {current === 'other' && (
        <Artifacts record={record} artifacts={other} source={source} code='exp.log_artifact("table", "results.csv")'>
          Files and objects kept with the experiment appear here.
        </Artifacts>
      )}
    </Rail>
  );
}

interface ArtifactsProps {
  record: ExperimentAnswer;
  artifacts: Artifact[];
  source: Source;
  code?: string;
  children: string;
}

function Artifacts({ record, artifacts, source, code, children }: ArtifactsProps) {
  if (artifacts.length === 0) {
    return <Empty {...(code ? { code } : {})}>{children}</Empty>;
  }
  return (
    <div class="tk-cards">
      {artifacts.map(artifact => (
        <ArtifactCard key={artifact.key} experiment={record.id} artifact={artifact} source={source} />
      ))}
    </div>
  );
}

function ArtifactCard({ experiment, artifact, source }: { experiment: string; artifact: Artifact; source: Source }) {
  const { key, type, uri, size, hash, metadata, preview, timestamp } = artifact;
  const remote = uri !== null && NETWORK.test(uri);
  const download = () =>
    remote ? downloadUrl(uri, fileName(key)) : hash && downloadFile(source, experiment, hash, fileName(key));
  const facts = [
    { name: 'Path', value: uri && <span class="tk-mono">{uri}</span>, copy: uri },
    // Of what only its address is kept nothing else is known.
    ...(hash ? [{ name: 'Hash', value: <span class="tk-mono">{hash}</span>, copy: hash }] : []),
  ];
  if (metadata !== null && metadata !== undefined && JSON.stringify(metadata) !== '{}') {
    const text = typeof metadata === 'string' ? metadata : JSON.stringify(metadata, null, 2);
    facts.push({ name: 'Metadata', value: <span class="tk-mono tk-pre">{text}</span>, copy: text });
  }
  return (
    <section class="tk-artifact" aria-label={key}>
      <div class="tk-artifact-head">
        <h3 class="tk-cut" title={key}>
          {key}
        </h3>
        {type && type !== AUDIT && <span class="tk-badge">{type}</span>}
        {size !== null && <span class="tk-faint tk-number">{bytes(size)}</span>}
        {timestamp && (
          <span class="tk-faint">
            <RelativeTime time={timestamp} />
          </span>
        )}
        <span class="tk-space" />
        {(hash || remote) && <Button label={`Download ${key}`} icon={Download} onClick={download} />}
      </div>
      <Facts label={key} facts={facts} />
      {preview && <pre class="tk-code tk-preview">{preview}</pre>}
    </section>
  );
}
