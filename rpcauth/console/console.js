const $ = (id) => document.getElementById(id);
const make = (tag, properties, ...inner) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...inner);
  return made;
};
// Numbers that a double cannot hold (record ids) stay as they were written.
const parse = (text) =>
  JSON.parse(text, (_, value, context) =>
    typeof value === "number" && !Number.isSafeInteger(value) && context ? JSON.rawJSON(context.source) : value);

const CHECKS = {
  form: "Prefix, length and checksum",
  known: "Known to the store",
  secret: "Its secret is right",
  revocation: "Not revoked",
  grant: "Its grant stands",
  watermark: "Not revoked with others",
  expiry: "Not expired",
  service: "Its service exists",
  application: "Its application may use it",
  redirect_uri: "Its redirect_uri is registered",
};
const SECRET = /^"rp[acfr]_[0-9A-Za-z]{20,}"$/;
const LEXEME = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const KEPT = 100;

let key = null;
let socket = "";
let methods = new Map();
let chosen = null;
let shown = "";
let count = 0;

// Calling

const post = async (body) => {
  const started = performance.now();
  const reply = await fetch("/rpc", {
    method: "POST",
    body,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
  });
  const text = await reply.text();
  if (reply.status === 401) lock("This key has ended: none outlives twelve hours, or the daemon. For a new one, type ");
  return { status: reply.status, reason: reply.statusText, text, took: performance.now() - started };
};

const ask = async (...calls) => {
  const batch = calls.map(([method, params], id) => ({ jsonrpc: "2.0", id, method, ...(params && { params }) }));
  const { status, text } = await post(JSON.stringify(batch));
  if (status !== 200) throw Error(`HTTP ${status}`);
  const replies = parse(text);
  return batch.map(({ id }) => replies.find((reply) => reply.id === id).result);
};

// The key

const lock = (reason) => {
  key = null;
  if (reason) $("reason").replaceChildren(reason, make("code", {}, "rpcauth console"), ".");
  $("console").hidden = true;
  $("locked").hidden = false;
  $("daemon").replaceChildren();
  $("key").focus();
};

const open = async () => {
  const found = new URLSearchParams(location.hash.slice(1)).get("key");
  if (location.hash) history.replaceState(null, "", location.pathname);
  key = found || key;
  if (!key) return lock();
  try {
    const [contract, administrative, status] = await ask(["rpc.discover"], ["admin.methods"], ["admin.status"]);
    $("locked").hidden = true;
    $("console").hidden = false;
    socket = status.admin.replace(/^unix:/, "");
    show(status);
    list(contract, administrative);
  } catch (error) {
    if (key) lock(`The daemon gives no answer (${error.message}). Once it runs, type `);
  }
};

const show = ({ version, sqlite, services, applications, callers, problems, data_loss }) => {
  const amiss = data_loss ? [`${data_loss.text}; then: rpcauth audit acknowledge`, ...problems] : problems;
  $("daemon").textContent = [
    `rpcauth ${version}`,
    `SQLite ${sqlite}`,
    `services ${services}`,
    `applications ${applications}`,
    `callers ${callers}`,
  ].join(" · ");
  $("problems").hidden = !amiss.length;
  $("problems").replaceChildren(...amiss.map((one) => make("li", {}, one)));
};

// Methods

const list = (contract, administrative) => {
  const named = (params) => Object.fromEntries(params.map(({ name, value }) => [name, value]));
  const described = contract.methods.map((method) => ({
    ...method,
    group: method.tags[0].$ref.split("/").pop(),
    examples: method.examples.map((example) => ({ name: example.name, params: named(example.params) })),
  }));
  const added = administrative.map((method) => ({
    ...method,
    group: "administration",
    examples: [{ params: named(method.params.filter((one) => one.required).map(({ name }) => ({ name, value: "" }))) }],
  }));
  const all = [...described, ...added];
  methods = new Map(all.map((method) => [method.name, method]));
  const sections = [...Map.groupBy(all, (method) => method.group)].map(([group, members]) =>
    make("section", {}, make("h3", {}, group), make("ul", {}, ...members.map(entry))));
  $("methods").replaceChildren(...sections);
  pick(chosen?.name ?? all[0].name);
};

const entry = ({ name, summary }) => {
  const dot = name.indexOf(".") + 1;
  const button = make("button", { title: summary }, make("span", {}, name.slice(0, dot)), name.slice(dot));
  button.dataset.method = name;
  button.addEventListener("click", () => {
    pick(name);
    if (!wide.matches) $("menu").open = false;
  });
  return make("li", {}, button);
};

const search = () => {
  const words = $("search").value.toLowerCase().split(/\s+/);
  for (const section of $("methods").children) {
    for (const item of section.querySelectorAll("li")) {
      const { name, summary } = methods.get(item.firstChild.dataset.method);
      const text = `${name} ${summary}`.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
    section.hidden = !section.querySelector("li:not([hidden])");
  }
  $("nothing").hidden = !!buttons().length;
};

const buttons = () => [...$("methods").querySelectorAll("section:not([hidden]) li:not([hidden]) button")];

const walk = (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const all = [$("search"), ...buttons()];
  const next = all[all.indexOf(event.target) + step];
  if (next) next.focus();
  event.preventDefault();
};

const pick = (name) => {
  chosen = methods.get(name);
  $("method").textContent = name;
  $("summary").textContent = chosen.summary;
  $("description").textContent = chosen.description ?? "";
  $("example").hidden = chosen.examples.length < 2;
  $("example").replaceChildren(...chosen.examples.map((example, place) => make("option", { value: place }, example.name ?? "")));
  for (const button of $("methods").querySelectorAll("button")) {
    button.ariaCurrent = button.dataset.method === name ? "true" : null;
  }
  fill(mode() === "batch" ? calls() : []);
};

// The request

const mode = () => document.querySelector("[name=mode]:checked").value;

const compose = () => {
  const { params } = chosen.examples[Number($("example").value) || 0];
  const call = { jsonrpc: "2.0", id: ++count, method: chosen.name };
  return Object.keys(params).length ? { ...call, params } : call;
};

const calls = () => {
  try {
    return [parse($("request").value)].flat().filter((call) => call && typeof call === "object");
  } catch {
    return [];
  }
};

const identify = ({ jsonrpc, id, ...rest }) => ({ jsonrpc, id: id ?? ++count, ...rest });

// What stands before it in a batch is kept; otherwise the example takes its place.
const fill = (before) => write([...before, compose()]);

const write = (all) => {
  const { id, ...silent } = all[0];
  const value = { batch: all.map(identify), notification: silent, single: identify(all[0]) }[mode()];
  $("request").value = JSON.stringify(value, null, 2);
  check();
};

const check = () => {
  try {
    parse($("request").value);
    $("fault").textContent = "";
  } catch (error) {
    $("fault").textContent = `Not JSON: ${error.message}`;
  }
};

const send = async () => {
  const body = $("request").value;
  const all = calls();
  const label = all.length > 1 || mode() === "batch" ? `batch of ${all.length}` : String(all[0]?.method ?? "not JSON");
  $("send").disabled = true;
  try {
    const reply = await post(body);
    if (key) remember({ body, label, mode: mode(), reply, at: new Date() });
  } catch (error) {
    $("outcome").replaceChildren(make("b", { className: "bad" }, "No answer"), error.message);
    $("response").hidden = $("body").hidden = true;
  } finally {
    $("send").disabled = false;
  }
};

// The response

// The status of HTTP, and the codes of all errors in the body.
const judge = ({ status, reason, text }) => {
  const codes = status < 400 && text ? [parse(text)].flat().flatMap(({ error }) => error?.code ?? []) : [];
  const words = codes.length ? `error ${codes.join(", ")}` : reason;
  return make("b", { className: codes.length || status >= 400 ? "bad" : "good" }, `${status} ${words}`);
};

const present = (reply) => {
  const size = new TextEncoder().encode(reply.text).length;
  const figures = `${reply.took.toFixed(1)} ms · ${size ? `${size} bytes` : "no body"}`;
  $("outcome").replaceChildren(judge(reply), figures);
  $("response").hidden = $("body").hidden = !size;
  $("body").replaceChildren(...print(reply.text));
  shown = $("body").textContent;
  $("answer").scrollIntoView({ block: "nearest" });
};

// Laid out from its own characters: reading it into values would round large numbers.
const print = (text) => {
  const lexemes = text.match(LEXEME) ?? [];
  let depth = 0;
  const out = [];
  lexemes.forEach((lexeme, place) => {
    const next = lexemes[place + 1];
    const line = (by) => `\n${"  ".repeat((depth += by))}`;
    if ("{[".includes(lexeme)) out.push(lexeme, "}]".includes(next) ? "" : line(1));
    else if ("}]".includes(lexeme)) out.push("{[".includes(lexemes[place - 1]) ? "" : line(-1), lexeme);
    else if (lexeme === ",") out.push(lexeme, line(0));
    else if (lexeme === ":") out.push(": ");
    else out.push(paint(lexeme, next));
  });
  return out;
};

const paint = (lexeme, next) => {
  if (SECRET.test(lexeme)) {
    const link = make("a", { className: "token", href: "#token", title: "Inspect this token" }, lexeme);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      $("token").value = lexeme.slice(1, -1);
      inspect();
    });
    return link;
  }
  const kind = lexeme[0] !== '"' ? "number" : next === ":" ? "name" : "string";
  return make("span", { className: kind }, lexeme);
};

const remember = (one) => {
  const restore = () => {
    document.querySelector(`[value=${one.mode}]`).checked = true;
    $("request").value = one.body;
    check();
    present(one.reply);
  };
  const when = make("small", {}, `${one.at.toTimeString().slice(0, 8)} · ${one.reply.took.toFixed(1)} ms`);
  const button = make("button", { title: "Show it again" }, make("span", {}, one.label), judge(one.reply), when);
  button.addEventListener("click", restore);
  $("none").hidden = true;
  $("history").prepend(make("li", {}, button));
  if ($("history").children.length > KEPT) $("history").lastChild.remove();
  present(one.reply);
};

// The token inspector

const inspect = async () => {
  const [found] = await ask(["admin.inspectToken", { token: $("token").value.trim() }]).catch(() => []);
  if (!found) return $("verdict").replaceChildren(make("p", { className: "bad" }, "The daemon does not answer this"));
  const { verdict, failed: failing, ...members } = found;
  const names = Object.keys(CHECKS);
  const reached = failing ? names.indexOf(failing) : verdict === "live" ? names.length : 1;
  const checks = names.map((name, place) => {
    const [mark, word, kind] =
      name === failing ? ["✗", "fails", "bad"] : place < reached ? ["✓", "passes", "good"] : ["·", "not reached", "off"];
    const unseen = make("span", { className: "unseen" }, `: ${word}`);
    const sign = make("b", { className: kind, ariaHidden: true }, mark);
    return make("li", { className: kind }, sign, make("span", {}, CHECKS[name], unseen));
  });
  const details = Object.entries(members).flatMap(([name, value]) =>
    value === null ? [] : [make("dt", {}, name.replaceAll("_", " ")), make("dd", {}, typeof value === "string" ? value : JSON.stringify(value))]);
  $("verdict").replaceChildren(
    make("p", { className: failing ? "bad" : verdict === "live" ? "good" : "" }, verdict),
    make("ul", {}, ...checks),
    make("dl", {}, ...details),
  );
};

// Copying

const quote = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

// Both go where this page goes, as the administrator; neither holds the key.
const curl = () => `curl -sS --unix-socket ${quote(socket)} http://localhost/rpc --data-raw ${quote($("request").value)}`;

const command = () =>
  calls().map(({ method, params }) =>
    ["rpcauth call", quote(String(method)), params && quote(JSON.stringify(params))].filter(Boolean).join(" ")).join("\n");

const copy = async (text, what) => {
  if (!text) return tell("Nothing to copy: the request is not JSON");
  try {
    await navigator.clipboard.writeText(text);
    tell(`Copied ${what}`);
  } catch {
    prompt("This browser does not let the page copy:", text);
  }
};

let fading = 0;
const tell = (text) => {
  $("toast").textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => ($("toast").textContent = ""), 2500);
};

// Wiring

const wide = matchMedia("(min-width: 761px)");
const fold = () => ($("menu").open = wide.matches);
const on = (id, event, action) => $(id).addEventListener(event, action);
const submit = (id, action) =>
  on(id, "submit", (event) => {
    event.preventDefault();
    action();
  });

submit("inspect", inspect);
submit("unlock", () => {
  const given = $("key").value.trim();
  $("key").value = "";
  key = given.split("#key=").pop();
  open();
});
on("search", "input", search);
on("menu", "keydown", walk);
on("example", "change", () => fill(mode() === "batch" ? calls().slice(0, -1) : []));
on("request", "input", check);
on("send", "click", send);
on("curl", "click", () => copy(curl(), "as curl"));
on("command", "click", () => copy(command(), "as rpcauth call"));
on("response", "click", () => copy(shown, "the response"));
for (const radio of document.querySelectorAll("[name=mode]")) {
  radio.addEventListener("change", () => calls().length && write(calls()));
}
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && key) send();
  if (event.key === "/" && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    $("menu").open = true;
    $("search").focus();
  }
});
wide.addEventListener("change", fold);
addEventListener("hashchange", () => location.hash.startsWith("#key=") && open());
$("icon").href = `data:image/svg+xml,${encodeURIComponent($("mark").outerHTML)}`;
fold();
open();
