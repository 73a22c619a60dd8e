import { Batches } from '../batches/batches.tsx';
import { OneBatch } from '../batches/one-batch.tsx';
import { Empty } from '../parts/fault.tsx';
import { Compare } from './compare.tsx';
import { Decisions } from './decisions.tsx';
import { ModelHead } from './model-head.tsx';
import { OneUpload } from './one-upload.tsx';
import { Overview } from './overview.tsx';
import { Quality } from './quality.tsx';
import { Uploads } from './uploads.tsx';
import { Versions } from './versions.tsx';

/** A model: what it is, how good, its versions, who decided what. */
export function Model({ model, part, query }: { model: string; part: string; query: URLSearchParams }) {
  return (
    <>
      <ModelHead model={model} open={part === 'compare' ? 'versions' : part} />
      <Part model={model} part={part} query={query} />
    </>
  );
}

function Part({ model, part, query }: { model: string; part: string; query: URLSearchParams }) {
  switch (part) {
    case 'overview':
      return <Overview model={model} />;
    case 'batches': {
      const id = query.get('id');
      return id === null ? (
        <Batches model={model} version={query.get('version')} />
      ) : (
        <OneBatch key={id} model={model} id={id} />
      );
    }
    case 'quality':
      return <Quality model={model} version={query.get('version')} />;
    case 'versions':
      return <Versions model={model} />;
    case 'compare':
      return <Compare model={model} a={query.get('a') ?? ''} b={query.get('b') ?? ''} />;
    case 'decisions':
      return <Decisions model={model} />;
    case 'uploads': {
      const id = query.get('id');
      return id === null ? <Uploads model={model} /> : <OneUpload model={model} id={id} />;
    }
    default:
      return <Empty title="There is no such view" />;
  }
}
