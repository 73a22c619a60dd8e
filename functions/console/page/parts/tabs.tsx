/** Links between the parts of a view: the address says which is open, so that it can be sent to someone. */
export function Tabs(props: {
  name: string;
  open: string;
  tabs: readonly (readonly [id: string, text: string, hash: string])[];
}) {
  return (
    <nav class="tabs" aria-label={props.name}>
      {props.tabs.map(([id, text, hash]) => (
        <a key={id} href={hash} aria-current={id === props.open ? 'page' : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}
