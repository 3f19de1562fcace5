/** What concerns the whole page: a lost connection, refused access, news. */

import { useContext, useState } from "preact/hooks";
import { type BuildPart, Context } from "../ui/context";
import { Icon } from "../ui/icon";
import { Button, Dialog, TextField } from "../ui/parts";

export function Banner() {
  const { world, bench } = useContext(Context);
  world.beat.value;
  const state = world.connection.value;
  const trouble =
    state.name === "lost" || state.name === "refused" || (state.name === "connecting" && world.known.value);
  const wait = state.name === "lost" ? Math.max(0, Math.ceil((state.retryAt - performance.now()) / 1000)) : 0;
  return (
    <div class="banner-slot" role="status" aria-live="polite" aria-atomic="true">
      {trouble && (
        <div class={`banner ${state.name}`}>
          <Icon name="warning" />
          {state.name === "refused" ? (
            <>
              <p>
                The server refused this connection: <b>{state.reason === "" ? "no reason given" : state.reason}</b>.
              </p>
              {state.elsewhere ? (
                <Button small onClick={() => location.reload()}>
                  Load the page anew
                </Button>
              ) : (
                <Button small onClick={() => (bench.askToken.value = true)}>
                  Enter a token
                </Button>
              )}
            </>
          ) : (
            <>
              <p>
                <b>The connection is lost.</b> What is shown may be out of date.{" "}
                <span aria-hidden="true">
                  {state.name === "connecting" || wait === 0 ? "Connecting…" : `Next try in ${wait} s.`}
                </span>
              </p>
              <Button small disabled={state.name === "connecting"} onClick={() => world.reconnect()}>
                Try now
              </Button>
            </>
          )}
        </div>
      )}
    </div>
  );
}

/** Where in the panel to build a problem of the world is mended. */
const MENDED_IN: Record<string, [BuildPart, string]> = {
  no_map: ["map", "Make a map"],
  no_broker: ["fleet", "Create a broker"],
  no_trucks: ["fleet", "Add trucks"],
  no_truck_fits: ["fleet", "Add trucks"],
  too_few_sites: ["facilities", "Add a site"],
  no_demand: ["facilities", "Add a site"],
};

/** Why the world, as it is set up, can never deliver anything. */
export function WorldProblems() {
  const { world, bench } = useContext(Context);
  const problems = world.figures.problems.value;
  const shown = problems.length > 0 && world.map.value !== null && world.connection.value.name === "open";
  return (
    <div class="banner-slot" role="status" aria-live="polite">
      {shown && (
        <section class="banner world-problems" aria-label="Nothing can be delivered">
          <Icon name="warning" />
          <div>
            <p>
              <b>Nothing can be delivered in this world.</b>
            </p>
            <ul>
              {problems.map(({ code, text }) => {
                const mended = MENDED_IN[code];
                return (
                  <li key={code}>
                    <span>{sentence(text)}</span>
                    {mended !== undefined && (
                      <button type="button" class="link" onClick={() => bench.show("build", mended[0])}>
                        {mended[1]}
                      </button>
                    )}
                  </li>
                );
              })}
            </ul>
          </div>
        </section>
      )}
    </div>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

export function Notices() {
  const { world } = useContext(Context);
  return (
    <div class="notices" role="log" aria-label="News" aria-live="polite">
      {world.notices.shown.value.map((notice) => (
        <div key={notice.number} class={`notice ${notice.bad ? "bad" : ""}`}>
          {notice.bad && <Icon name="warning" size={16} />}
          <p>{notice.text}</p>
          <Button icon="close" label="Dismiss" small onClick={() => world.notices.dismiss(notice.number)} />
        </div>
      ))}
    </div>
  );
}

export function TokenDialog() {
  const { world, bench } = useContext(Context);
  const [token, setToken] = useState("");
  const refused = world.connection.value.name === "refused";
  const close = () => (bench.askToken.value = false);
  const enter = (value: string) => {
    world.identify(value.trim());
    close();
  };
  return (
    <Dialog title="Access token" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          enter(token);
        }}
      >
        <p>
          {refused
            ? "This server shows itself only to those who have a token."
            : "With a token you may be allowed to do more than look."}{" "}
          It is kept until this tab is closed.
        </p>
        <TextField label="Token" type="password" value={token} onChange={setToken} />
        <div class="buttons end">
          {world.hasToken && <Button onClick={() => enter("")}>Forget the token</Button>}
          <Button kind="primary" submit disabled={token.trim() === ""}>
            Connect
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
