/* Names for what Django's admin draws without one, so that whoever does not see a form can fill it in. */
"use strict";

{
  const words = (element) => (element ? element.textContent.trim().replace(/:$/, "") : "");

  // The label of a form row, or the head of the column where rows are a table.
  function labelOf(field) {
    const cell = field.closest("td");
    const head = cell && cell.closest("table").querySelector(`thead th:nth-of-type(${cell.cellIndex + 1})`);
    const row = field.closest(".fieldBox, .form-row");
    return words(document.querySelector(`label[for="${field.id}"]`)) || words(head) || words(row && row.querySelector("label"));
  }

  // The two halves of a moment have one label, which is for neither.
  function nameHalves() {
    document.querySelectorAll(".datetime input:not([aria-label])").forEach((half) => {
      half.setAttribute("aria-label", `${labelOf(half)} – ${words(half.previousSibling)}`);
    });
  }

  // A search field belongs to the choice whose results it lists: "select2-id_hosts-results".
  function nameSearches() {
    document.querySelectorAll(".select2-search__field:not([aria-label])").forEach((field) => {
      const container = field.closest(".select2-container");
      const listed = /^select2-(.+)-results$/.exec(field.getAttribute("aria-controls") || "");
      const choice = listed ? document.getElementById(listed[1]) : container && container.previousElementSibling;
      if (choice) field.setAttribute("aria-label", labelOf(choice));
    });
  }

  // The button that clears a choice stands among the items of a list, where only items may: it is a group then.
  function groupChoices() {
    document.querySelectorAll("ul.select2-selection__rendered").forEach((list) => {
      list.setAttribute("role", "group");
      list.querySelectorAll("li:not([role])").forEach((item) => item.setAttribute("role", "none"));
    });
  }

  function nameAll() {
    nameHalves();
    nameSearches();
    groupChoices();
  }

  nameAll();
  new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
}
