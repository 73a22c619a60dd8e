import { useEffect, useRef } from 'preact/hooks';

/** Room to the left of the open tab, in which the end of the one before it shows that there are more. */
const MARGIN = 40;

/** Links between the parts of a view: the address says which is open, so that it can be sent to someone. */
export function Tabs(props: {
  name: string;
  open: string;
  tabs: readonly (readonly [id: string, text: string, hash: string])[];
}) {
  const nav = useRef<HTMLElement>(null);
  // On a narrow screen the tabs scroll sideways, and the open one may be out of sight.
  useEffect(() => {
    const open = nav.current?.querySelector<HTMLElement>('[aria-current]');
    if (nav.current && open) nav.current.scrollLeft = open.offsetLeft - nav.current.offsetLeft - MARGIN;
  }, [props.open]);
  return (
    <nav ref={nav} class="tabs" aria-label={props.name}>
      {props.tabs.map(([id, text, hash]) => (
        <a key={id} href={hash} aria-current={id === props.open ? 'page' : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}
