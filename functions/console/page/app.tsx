import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { TokenAnswer } from '../../../lib/http/schemas/token.ts';
import { getJson } from './api/client.ts';
import { useReachable } from './api/reachable.ts';
import { useResource } from './api/use-resource.ts';
import { Home } from './home/home.tsx';
import icon from './icon.svg';
import { hashOf, type Location } from './location.ts';
import { Model } from './model/model.tsx';
import { Operation } from './operation/operation.tsx';
import { Empty } from './parts/fault.tsx';
import { Predict } from './predict/predict.tsx';
import { CallerContext, TokenNeededContext } from './token/caller.ts';
import { TokenState } from './token/token-state.tsx';
import { Upload } from './upload/upload.tsx';
import { useLocation } from './use-location.ts';

function App() {
  const location = useLocation();
  const { data: caller, fault } = useResource('caller', (signal) => getJson<TokenAnswer>('token', signal));
  const main = useRef<HTMLElement>(null);
  const place = location.path.join('/');
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = titleOf(location);
    // After a change of the view, a screen reader starts at its beginning, as it would on a new page.
    if (!isFirst.current) {
      window.scrollTo(0, 0);
      main.current?.focus();
    }
    isFirst.current = false;
  }, [place]);
  return (
    <CallerContext.Provider value={caller}>
      <TokenNeededContext.Provider value={caller === undefined && fault?.kind === 'unauthorized'}>
        <button type="button" class="skip" onClick={() => main.current?.focus()}>
          Skip to the content
        </button>
        <Head path={location.path} />
        <Reachability />
        <main ref={main} tabIndex={-1}>
          <View location={location} />
        </main>
      </TokenNeededContext.Provider>
    </CallerContext.Provider>
  );
}

function Head({ path: [first] }: Pick<Location, 'path'>) {
  const link = (text: string, to: string[], isCurrent: boolean) => (
    <a href={hashOf(to)} aria-current={isCurrent ? 'page' : undefined}>
      {text}
    </a>
  );
  return (
    <header>
      <a class="mark" href={hashOf([])}>
        <img src={icon} alt="" width="22" height="22" /> Classifier
      </a>
      <nav aria-label="Console">
        {link('Models', [], first === undefined || first === 'models')}
        {link('New table', ['upload'], first === 'upload')}
        {link('Operation', ['operation'], first === 'operation')}
        <a href="docs">API</a>
      </nav>
      <TokenState />
    </header>
  );
}

function Reachability() {
  const isReachable = useReachable();
  return (
    <div role="status" class={isReachable ? '' : 'banner'}>
      {isReachable
        ? ''
        : 'The API does not answer. What you see may be old; it is tried again every few seconds.'}
    </div>
  );
}

function View({ location: { path, query } }: { location: Location }) {
  const [first, model, part = 'overview'] = path;
  if (first === undefined) return <Home />;
  if (first === 'upload') return <Upload key={query.get('model')} model={query.get('model')} />;
  if (first === 'operation') return <Operation model={query.get('model')} />;
  if (first === 'models' && model !== undefined) {
    return part === 'predict' ? (
      <Predict key={model} model={model} version={query.get('version')} />
    ) : (
      <Model key={model} model={model} part={part} query={query} />
    );
  }
  return (
    <Empty title="There is no such view">
      <a href={hashOf([])}>All models</a>
    </Empty>
  );
}

function titleOf({ path: [first, model, part] }: Location): string {
  const names = first === 'models' ? [part, model] : [first];
  return [...names.filter((name) => name !== undefined), 'Classifier'].join(' · ');
}

render(<App />, document.getElementById('app')!);
