/* The interactive page of the API: Swagger UI, and a session to try it with. */
"use strict";

const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const AUTH = "/api/auth/browser/v1/auth";

const byId = (id) => document.getElementById(id);

function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return cookie ? decodeURIComponent(cookie.slice("csrftoken=".length)) : "";
}

function send(method, url, body) {
  return fetch(url, {
    method,
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

async function showWho() {
  const answer = await fetch("/api/session/", { credentials: "same-origin" });
  const { user } = answer.ok ? await answer.json() : { user: null };
  byId("sign-in").hidden = Boolean(user);
  byId("sign-out").hidden = !user;
  byId("who").textContent = user ? user.username : "";
}

async function firstProblem(answer) {
  const body = await answer.json().catch(() => ({}));
  const first = (body.errors || [])[0] || {};
  return first.message || first.detail || `${answer.status} ${answer.statusText}`;
}

async function signIn(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const { identifier, password } = Object.fromEntries(new FormData(form));
  const name = identifier.includes("@") ? { email: identifier } : { username: identifier };
  const answer = await send("POST", `${AUTH}/login`, { ...name, password });
  byId("problem").textContent = answer.ok ? "" : await firstProblem(answer);
  if (answer.ok) form.reset();
  await showWho();
}

async function signOut(event) {
  event.preventDefault();
  await send("DELETE", `${AUTH}/session`);
  await showWho();
}

// An operation opens by a button, and a link within a button is in nobody's reach: there its path is text alone.
function PlainPaths() {
  const wrap = (Link, { React }) =>
    function DeepLink(props) {
      return props.path.includes("/") ? React.createElement("span", null, props.text) : React.createElement(Link, props);
    };
  return { wrapComponents: { DeepLink: wrap } };
}

// What has no name of its own when an operation or the dialog opens, what has another than the one on it, and what
// scrolls but not by the keyboard.
const NAMES = {
  ".body-param__text": "Request body",
  ".close-modal": "Close",
  ".content-type": "Media type",
  ".examples-select-element": "Examples",
};

function makeReachable() {
  for (const [selector, name] of Object.entries(NAMES)) {
    document.querySelectorAll(`${selector}:not([aria-label])`).forEach((each) => each.setAttribute("aria-label", name));
  }
  document.querySelectorAll(".auth-btn-wrapper [aria-label]").forEach((each) => each.removeAttribute("aria-label"));
  document.querySelectorAll("pre.microlight:not([tabindex])").forEach((each) => (each.tabIndex = 0));
}

new MutationObserver(makeReachable).observe(byId("swagger-ui"), { childList: true, subtree: true });

byId("sign-in").addEventListener("submit", signIn);
byId("sign-out").addEventListener("submit", signOut);

window.ui = SwaggerUIBundle({
  url: byId("swagger-ui").dataset.schema,
  domNode: byId("swagger-ui"),
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  tagsSorter: "alpha",
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
  plugins: [PlainPaths],
  requestInterceptor(request) {
    const sameOrigin = new URL(request.url, location.href).origin === location.origin;
    if (sameOrigin && UNSAFE.has((request.method || "GET").toUpperCase())) {
      request.headers["X-CSRFToken"] = csrfToken();
    }
    return request;
  },
});

showWho();
