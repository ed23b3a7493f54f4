/* Shows how far a scoring run is, and loads the page anew when it is over. */
"use strict";

{
    const EVERY_MS = 2000;
    const panel = document.querySelector(".scoring-panel");

    async function refresh() {
        try {
            const answer = await fetch(panel.dataset.progress, { headers: { Accept: "application/json" } });
            if (answer.ok) {
                const run = await answer.json();
                if (!run.active) {
                    window.location.reload();
                    return;
                }
                const bar = panel.querySelector("progress");
                bar.max = Math.max(run.total, 1);
                bar.value = run.done;
                panel.querySelector("[data-status]").textContent = run.status;
                panel.querySelector("[data-waits-for]").textContent = run.waits_for;
                panel.querySelector("[data-done]").textContent = run.done;
                panel.querySelector("[data-total]").textContent = run.total;
            }
        } catch {
            // The server may be restarting: ask again.
        }
        window.setTimeout(refresh, EVERY_MS);
    }

    if (panel?.dataset.progress) {
        window.setTimeout(refresh, EVERY_MS);
    }
    for (const button of panel?.querySelectorAll("[data-confirm]") ?? []) {
        button.form.addEventListener("submit", (event) => {
            if (!window.confirm(button.dataset.confirm)) {
                event.preventDefault();
            }
        });
    }
}
