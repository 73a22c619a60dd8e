import { hashOf } from '../location.ts';
import { Tabs } from '../parts/tabs.tsx';

/** The name of a model, and the ways to look at it. */
export function ModelHead({ model, open }: { model: string; open: string }) {
  const tab = (id: string, text: string) =>
    [id, text, hashOf(id === 'overview' ? ['models', model] : ['models', model, id])] as const;
  return (
    <>
      <h1 class="literal">{model}</h1>
      <Tabs
        name={`Views of ${model}`}
        open={open}
        tabs={[
          tab('overview', 'Overview'),
          tab('predict', 'Predict'),
          tab('batches', 'Batches'),
          tab('quality', 'Quality'),
          tab('versions', 'Versions'),
          tab('decisions', 'Decisions'),
          tab('uploads', 'Uploads'),
        ]}
      />
    </>
  );
}
