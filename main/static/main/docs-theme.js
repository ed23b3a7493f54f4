/* Light or dark as in the web app: as chosen there, or as the system is. Loaded before anything is drawn. */
"use strict";

const system = window.matchMedia("(prefers-color-scheme: dark)");

function showTheme() {
  let chosen = null;
  try {
    chosen = localStorage.getItem("uzu.theme");
  } catch {
    // A browser that keeps nothing has nothing chosen.
  }
  const isDark = chosen === "dark" || (chosen !== "light" && system.matches);
  document.documentElement.classList.toggle("dark-mode", isDark);
}

showTheme();
system.addEventListener("change", showTheme);
