// Draws what the stream pushes. Every text from outside becomes a text node, never markup.
"use strict";

const RETRY_MS = [500, 1000, 2000, 5000, 10000];
const SILENCE_MS = 15000; // The account's figures move more often than that while a market is open.
const byId = (id) => document.getElementById(id);
const state = { socket: null, tries: 0, timer: 0, heard: 0, told: {}, refused: false };

// ---- words and numbers ---------------------------------------------------------------------------------

const known = (value) => value !== null && value !== undefined;
const number = (value, places) =>
  known(value) ? value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places }) : "—";
const plain = (value) => (known(value) ? value.toLocaleString("en", { maximumFractionDigits: 8 }) : "—");
const money = (value) => number(value, 2);
const signed = (value) => (known(value) && value > 0 ? "+" : "") + money(value);
const percent = (value) => (known(value) ? number(value * 100, 1) + " %" : "—");
const tone = (value) => (!known(value) || value === 0 ? "" : value > 0 ? "up" : "down");
const moment = (text) => text.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, "");

function span(ms) {
  if (!known(ms)) return "—";
  const minutes = Math.round(ms / 60000);
  if (minutes < 60) return minutes + " min";
  if (minutes < 2880) return number(minutes / 60, 1) + " h";
  return number(minutes / 1440, 1) + " d";
}

// ---- building ------------------------------------------------------------------------------------------

function make(name, text, className) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

const fill = (id, children) => byId(id).replaceChildren(...children);

function row(cells) {
  const line = make("tr");
  line.append(...cells.map(([text, className]) => make("td", text, className)));
  return line;
}

function pairs(id, entries) {
  const lines = entries.map(([name, text, className]) => {
    const line = make("div");
    line.append(make("dt", name), make("dd", text, className));
    return line;
  });
  fill(id, lines);
}

function emptied(rows, width, words) {
  if (rows.length) return rows;
  const cell = make("td", words, "quiet");
  cell.colSpan = width;
  const line = make("tr");
  line.append(cell);
  return [line];
}

// ---- the parts of the page -----------------------------------------------------------------------------

const draw = {
  account(data) {
    byId("venue").textContent = data.venue;
    byId("posture").textContent = data.posture + (data.posture_reason ? ": " + data.posture_reason : "");
    pairs("money", [
      ["equity, " + data.coin, money(data.equity)],
      ["free", money(data.available)],
      ["unrealized", signed(data.unrealized_pnl), tone(data.unrealized_pnl)],
      ["today", signed(data.day_pnl), tone(data.day_pnl)],
      ["open risk", percent(data.open_risk) + (known(data.open_risk_cap) ? " of " + percent(data.open_risk_cap) : "")],
      ["profile", data.profile || "—"],
    ]);
    document.title = "Omega " + data.venue + " " + signed(data.day_pnl);
  },

  positions(data) {
    const cards = data.positions.map(card);
    fill("positions", cards.length ? cards : [make("p", "no open position", "quiet")]);
  },

  orders(data) {
    const rows = data.orders.map((order) =>
      row([
        [order.symbol],
        [order.side + " " + order.type.replaceAll("_", " ") + (order.foreign ? " (not ours)" : "")],
        [order.state.replaceAll("_", " "), order.state === "unknown" ? "mark" : ""],
        [order.size ? plain(order.size) : "all"],
        [plain(known(order.trigger_price) ? order.trigger_price : order.price)],
      ]),
    );
    fill("orders", emptied(rows, 5, "no open order"));
  },

  metrics(data) {
    const harmonic = data.harmonic_state;
    const parts = harmonic ? harmonic.component_scores : {};
    fill("gauges", [
      gauge("φ resonance", data.phi_resonance),
      gauge("balance " + (data.position_balance ? data.position_balance.ratio_type : ""),
        data.position_balance && data.position_balance.balance_score),
      gauge("win rate", parts.win_rate_harmony),
      gauge("profit factor", parts.profit_factor_harmony),
      gauge("open results", parts.pnl_distribution_harmony),
      gauge(harmonic ? harmonic.state : "harmony", harmonic && harmonic.harmony_score),
    ]);
  },

  performance(data) {
    const all = data.all;
    const of = (sum) => (sum.count ? " (" + sum.count + ")" : "");
    pairs("figures", [
      ["closed positions", plain(all.count)],
      ["confirmed by the exchange", all.checked + " of " + all.count],
      ["net", signed(all.net), tone(all.net)],
      ["win rate", percent(all.win_rate)],
      ["profit factor", number(all.profit_factor, 3)],
      ["expectancy", signed(all.expectancy), tone(all.expectancy)],
      ["average win", signed(all.average_win)],
      ["average loss", signed(all.average_loss)],
      ["best", signed(all.best)],
      ["worst", signed(all.worst)],
      ["longest runs", all.winning_streak + " won, " + all.losing_streak + " lost"],
      ["drawdown", money(all.drawdown) + ", " + span(all.drawdown_ms)],
      ["Sharpe, of " + all.days + " days", number(all.sharpe, 2)],
      ["Sortino", number(all.sortino, 2)],
      ["R" + of(all.r_multiple), number(all.r_multiple.mean, 2)],
      ["adverse" + of(all.adverse_excursion), percent(all.adverse_excursion.mean)],
      ["favourable" + of(all.favourable_excursion), percent(all.favourable_excursion.mean)],
      ["average hold", span(all.average_hold_ms)],
      ["fees" + of(all.fees), all.fees.count ? money(all.fees.total) : "—"],
      ["funding" + of(all.funding), all.funding.count ? money(all.funding.total) : "—"],
    ]);
    const levels = data.levels.map((level) =>
      row([[level.level], [plain(level.count)], [percent(level.win_rate)], [percent(level.control_rate)], [level.verdict]]),
    );
    fill("levels", levels);
    drawGroups(data.groups);
    drawCurve(data.curve);
    byId("history-words").textContent = data.known ? data.problem : "the journal is still being read";
  },

  history(data) {
    const rows = data.positions.map((each) =>
      row([
        [moment(each.exit_time)], [each.symbol], [each.side], [plain(each.contracts)], [plain(each.entry_price)],
        [plain(each.exit_price)], [signed(each.realized_pnl), tone(each.realized_pnl)],
        [number(each.fibonacci_alignment, 3)],
      ]),
    );
    fill("history", emptied(rows, 8, "no position was closed yet"));
  },

  health(data) {
    const poor = Object.entries(data.surfaces).filter(([, health]) => health !== "live");
    const words = poor.map(([name, health]) => name + " " + health).join(", ");
    say(data.status === "ok" ? "live" : "live, but " + words, data.status === "ok");
  },
};

function card(position) {
  const box = make("article", undefined, "card");
  const title = make("h3", position.side + " " + plain(position.contracts) + " " + position.symbol);
  const result = make("p", signed(position.unrealized_pnl) + " at " + plain(position.mark_price), tone(position.unrealized_pnl));
  const cover = known(position.protected) ? number(position.protected * 100, 0) + " % protected" : "protection not known";
  const naked = known(position.protected) && position.protected < 1;
  const stop = known(position.stop_price) ? ", stop " + plain(position.stop_price) : "";
  box.append(title, result, make("p", "entry " + plain(position.entry_price) + ", " + position.leverage + "x"),
    make("p", cover + stop, naked ? "down" : ""), rail(position));
  return box;
}

// Levels from the highest price to the lowest, with the mark between its neighbours.
function rail(position) {
  const named = (ratio) => (ratio === "0.0" ? "entry" : ratio);
  const lines = position.levels.map((level) => [level.price, named(level.ratio), plain(level.price), ""]);
  if (known(position.mark_price)) lines.push([position.mark_price, "mark", plain(position.mark_price), "here"]);
  lines.sort((one, other) => other[0] - one[0]);
  const list = make("div", undefined, "rail");
  list.append(...lines.flatMap(([, name, text, className]) => [make("span", name, className), make("span", text, className)]));
  return list;
}

function gauge(name, value) {
  const line = make("div", undefined, "gauge");
  const label = make("label", name);
  const meter = document.createElement("meter");
  meter.min = 0;
  meter.max = 1;
  meter.value = known(value) ? value : 0;
  meter.setAttribute("aria-valuetext", known(value) ? number(value, 3) : "not known");
  label.append(" ");
  line.append(label, meter, make("output", number(value, 3)));
  meter.setAttribute("aria-label", name);
  return line;
}

function drawGroups(groups) {
  const chooser = byId("grouping");
  const names = Object.keys(groups);
  if (chooser.options.length !== names.length) {
    chooser.replaceChildren(...names.map((name) => new Option(name, name)));
  }
  state.told.groups = groups;
  const rows = (groups[chooser.value] || []).map((each) =>
    row([[each.name], [plain(each.count)], [percent(each.win_rate)], [number(each.profit_factor, 2)], [signed(each.net), tone(each.net)]]),
  );
  fill("groups", emptied(rows, 5, "nothing to tell apart"));
}

function drawCurve(points) {
  const svg = byId("curve");
  if (!points.length) {
    svg.replaceChildren();
    byId("curve-words").textContent = "no closed position yet";
    return;
  }
  const totals = [0, ...points.map((point) => point.total)];
  const low = Math.min(...totals);
  const high = Math.max(...totals);
  const y = (value) => 250 - (240 * (value - low)) / (high - low || 1);
  const x = (index) => (1000 * index) / (totals.length - 1);
  const path = totals.map((value, index) => (index ? "L" : "M") + x(index).toFixed(1) + " " + y(value).toFixed(1));
  svg.replaceChildren(shape("line", { x1: 0, x2: 1000, y1: y(0), y2: y(0), class: "zero" }),
    shape("path", { d: path.join(""), class: "path" }));
  const last = points[points.length - 1];
  byId("curve-words").textContent =
    signed(last.total) + " after " + moment(last.time) + "; lowest " + signed(low) + ", highest " + signed(high);
}

function shape(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// ---- the stream ----------------------------------------------------------------------------------------

function say(words, live) {
  const place = byId("link");
  if (place.textContent !== words) place.textContent = words;
  place.toggleAttribute("data-live", Boolean(live));
}

function connect() {
  clearTimeout(state.timer);
  const token = sessionStorage.getItem("token");
  if (!token) return ask("");
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(scheme + "//" + location.host + "/api/stream", ["omega.stream", "omega.token." + token]);
  let opened = false;
  state.socket = socket;
  socket.onopen = () => {
    opened = true;
    state.tries = 0;
    state.heard = Date.now();
    byId("door").hidden = true;
    byId("main").hidden = false;
    say("connected", false);
  };
  socket.onmessage = (event) => {
    state.heard = Date.now();
    const message = JSON.parse(event.data);
    if (draw[message.view]) draw[message.view](message.data);
  };
  socket.onclose = () => lost(opened);
}

// A refused handshake looks like a lost line to a page: an ordinary request tells which it was.
async function lost(opened) {
  const wait = RETRY_MS[Math.min(state.tries, RETRY_MS.length - 1)];
  state.tries += 1;
  say("connection lost: figures are old; trying again", false);
  if (!opened && (await isRefused())) return ask("The server does not know this token: it makes a new one at every start.");
  state.timer = setTimeout(connect, wait);
  return undefined;
}

async function isRefused() {
  try {
    const headers = { Authorization: "Bearer " + sessionStorage.getItem("token") };
    const reply = await fetch("/api/status", { headers, cache: "no-store" });
    return reply.status === 401;
  } catch {
    return false;
  }
}

function ask(words) {
  sessionStorage.removeItem("token");
  if (words) byId("why").textContent = words;
  byId("main").hidden = true;
  byId("door").hidden = false;
  say("closed", false);
  byId("token").focus();
}

function watchSilence() {
  const socket = state.socket;
  if (socket && socket.readyState === WebSocket.OPEN && Date.now() - state.heard > SILENCE_MS) {
    say("nothing heard for " + Math.round((Date.now() - state.heard) / 1000) + " s: figures may be old", false);
  }
}

// ---- the start -----------------------------------------------------------------------------------------

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  byId("theme").textContent = name === "dark" ? "light" : "dark";
  localStorage.setItem("theme", name);
}

byId("door").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("token", byId("token").value.trim());
  byId("token").value = "";
  connect();
});
byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
byId("grouping").addEventListener("change", () => drawGroups(state.told.groups || {}));
setTheme(localStorage.getItem("theme") || (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
setInterval(watchSilence, 2000);
connect();
