/// What pages of explanations do. Text is put in as text, never as HTML.
enum ExplanationScript {
    static let tools: StaticString = #"""
        "use strict";
        const explanation = JSON.parse(document.getElementById("explanation").textContent);
        const byId = id => document.getElementById(id);
        function make(tag, className, text) {
          const element = document.createElement(tag);
          if (className) element.className = className;
          if (text !== undefined) element.textContent = text;
          return element;
        }
        function percent(share) {
          if (!(share > 0)) return "–";
          if (share < 0.0005) return "< 0.1 %";
          return (share * 100).toFixed(1) + " %";
        }
        function bar(share) {
          const track = make("span", "bar-track"), fill = make("span", "bar-fill");
          fill.style.width = (100 * Math.min(1, Math.max(0, share))) + "%";
          if (!(share > 0)) fill.style.display = "none";
          track.append(fill);
          return track;
        }
        function options(select, entries, value) {
          select.replaceChildren(...entries.map(([value, text]) => {
            const option = make("option", "", text);
            option.value = value;
            return option;
          }));
          if (value !== undefined && entries.some(entry => String(entry[0]) === String(value))) select.value = value;
        }
        const spelled = name => name.replace(/^top_/, "top-").replaceAll("_", " ");
        """#

    static let steps: StaticString = #"""
        if (explanation.steps.length > 0) {
          const steps = explanation.steps, slider = byId("step-slider"), stage = byId("stage");
          const chips = [...document.querySelectorAll("[data-step]")];
          byId("step-view").hidden = false;
          function showStage(step, index) {
            const list = byId("candidates"), compares = step.stages.length > 1;
            byId("after-key").hidden = !compares;
            byId("after-name").textContent = compares ? "after " + spelled(step.stages[index].name) : "";
            list.replaceChildren(...step.candidates.map(candidate => {
              const row = make("li", candidate.isChosen ? "chosen" : "");
              const name = make("div", "name"), pair = make("div", "pair");
              name.append(make("span", "mark", candidate.isChosen ? "✓" : ""), make("span", "token", candidate.token.text));
              if (candidate.isChosen) name.append(make("span", "visually-hidden", "chosen"));
              function line(className, share, note) {
                const line = make("div", className);
                line.append(bar(share), make("span", "value", note || percent(share)));
                pair.append(line);
              }
              line("first", candidate.probabilities[0]);
              if (compares) {
                const place = step.stages.findIndex(stage => stage.name === candidate.removedBy);
                const gone = place >= 0 && place <= index;
                line("other", candidate.probabilities[index], gone ? "out: " + spelled(candidate.removedBy) : "");
              }
              row.title = "id " + candidate.token.id + (candidate.logit == null ? "" : ", score " + candidate.logit.toFixed(3));
              row.append(name, pair);
              return row;
            }));
          }
          function show(number) {
            const index = Math.min(steps.length, Math.max(1, number)) - 1, step = steps[index];
            slider.value = index + 1;
            byId("step-number").textContent = (index + 1) + " of " + steps.length;
            byId("step-back").disabled = index === 0;
            byId("step-next").disabled = index === steps.length - 1;
            chips.forEach((chip, place) => chip.setAttribute("aria-current", place === index));
            const chosen = step.candidates.find(candidate => candidate.isChosen);
            const shares = chosen ? chosen.probabilities : [0];
            let text = "Chosen: “" + step.chosen.text + "”. The model ranked it number " + step.rank + " with " + percent(shares[0]);
            if (step.stages.length > 1) text += "; when the choice was made it had " + percent(shares[shares.length - 1]);
            byId("step-summary").textContent = text + ".";
            byId("stages").replaceChildren(...step.stages.map((stage, place) => {
              const item = make("li");
              item.append(make("strong", "", place === 0 ? "model" : spelled(stage.name)));
              const count = stage.kept + (stage.kept === 1 ? " token" : " tokens");
              const removed = stage.removed > 0 ? " (−" + stage.removed + ")" : "";
              item.append(make("span", "", count + removed + ", " + stage.entropy.toFixed(2) + " bits"));
              return item;
            }));
            const later = step.stages.slice(1).map((stage, place) => [place + 1, spelled(stage.name)]);
            byId("stage-control").hidden = later.length === 0;
            const wanted = later.some(entry => String(entry[0]) === stage.value) && stage.dataset.touched ? stage.value : later.length;
            options(stage, later, wanted);
            showStage(step, later.length ? Number(stage.value) : 0);
          }
          slider.addEventListener("input", () => show(Number(slider.value)));
          byId("step-back").addEventListener("click", () => show(Number(slider.value) - 1));
          byId("step-next").addEventListener("click", () => show(Number(slider.value) + 1));
          stage.addEventListener("change", () => {
            stage.dataset.touched = "yes";
            showStage(steps[Number(slider.value) - 1], Number(stage.value));
          });
          chips.forEach(chip => chip.addEventListener("click", () => {
            show(Number(chip.dataset.step) + 1);
            byId("steps").scrollIntoView({ block: "start" });
          }));
          show(1);
        }
        """#

    static let attention: StaticString = #"""
        if (explanation.maps.length > 0) {
          const names = {
            encoder: "encoder, to itself", cross: "decoder, to the prompt",
            decoder: explanation.architecture === "decoder_only" ? "to what came before" : "decoder, to itself"
          };
          const bytes = explanation.maps.map(map => Uint8Array.from(atob(map.bytes), letter => letter.charCodeAt(0)));
          const kinds = ["cross", "decoder", "encoder"].filter(kind => explanation.maps.some(map => map.kind === kind));
          const kind = byId("kind"), layer = byId("layer"), head = byId("head"), direction = byId("direction");
          const from = byId("from"), to = byId("to"), canvas = byId("matrix");
          let chosen = 0, hovered = -1;
          byId("attention-view").hidden = false;
          const current = () => explanation.maps.findIndex(map => map.kind === kind.value && map.layer === Number(layer.value));
          const tokensOf = (kind, side) => kind === "encoder" || (kind === "cross" && side === "keys") ? explanation.prompt : explanation.decoder;
          function weight(index, head, query, key) {
            const map = explanation.maps[index], size = map.queries * map.keys, place = query * map.keys + key;
            if (head !== "mean") return bytes[index][Number(head) * size + place] / 255;
            let sum = 0;
            for (let number = 0; number < map.heads; number++) sum += bytes[index][number * size + place];
            return sum / map.heads / 255;
          }
          // The side that is chosen from: queries, or keys where the question is who attends to one.
          const side = () => direction.value === "to" ? "queries" : "keys";
          const label = token => "“" + token.text + "”";
          function draw(target, index, head, scale) {
            const map = explanation.maps[index], context = target.getContext("2d");
            const style = getComputedStyle(document.documentElement);
            const ink = style.getPropertyValue("--accent-rgb").split(",").map(Number);
            target.width = map.keys; target.height = map.queries;
            const image = context.createImageData(map.keys, map.queries);
            for (let query = 0; query < map.queries; query++) for (let key = 0; key < map.keys; key++) {
              const place = 4 * (query * map.keys + key);
              image.data.set(ink, place);
              image.data[place + 3] = 255 * Math.sqrt(weight(index, head, query, key));
            }
            context.putImageData(image, 0, 0);
            if (scale) { target.style.width = map.keys * scale + "px"; target.style.aspectRatio = map.keys + " / " + map.queries; }
          }
          function shade() {
            const index = current(), map = explanation.maps[index], own = kind.value !== "cross";
            const count = side() === "queries" ? map.queries : map.keys;
            const pick = Math.min(hovered >= 0 ? hovered : chosen, count - 1);
            const others = tokensOf(kind.value, side() === "queries" ? "keys" : "queries");
            const weights = others.map((_, other) =>
              side() === "queries" ? weight(index, head.value, pick, other) : weight(index, head.value, other, pick));
            const most = Math.max(...weights, 1e-9), heat = Number(getComputedStyle(document.documentElement).getPropertyValue("--heat"));
            const shaded = [...(own ? from : to).children];
            shaded.forEach((chip, place) => {
              chip.style.setProperty("--weight", heat * weights[place] / most);
              chip.classList.add("shaded");
              const hidden = kind.value === "decoder" && (side() === "queries" ? place > pick : place < pick);
              chip.classList.toggle("outside", hidden);
            });
            [...from.children].forEach((chip, place) => {
              chip.setAttribute("aria-checked", place === pick);
              chip.tabIndex = place === Math.min(chosen, count - 1) ? 0 : -1;
              chip.classList.toggle("self", own && place === pick);
            });
            const token = tokensOf(kind.value, side())[pick];
            const where = "layer " + map.layer + ", " + (head.value === "mean" ? "mean of " + map.heads + " heads" : "head " + head.value);
            byId("attention-summary").textContent = side() === "queries"
              ? label(token) + " attends most to (" + where + "):" : "Who attends most to " + label(token) + " (" + where + "):";
            const best = weights.map((weight, place) => [weight, place]).sort((a, b) => b[0] - a[0] || a[1] - b[1])
              .filter(entry => entry[0] > 0).slice(0, 6);
            byId("strongest").replaceChildren(...best.map(([weight, place]) => {
              const item = make("li");
              const name = make("span", "bar-label");
              name.append(make("span", "token", others[place].text));
              item.append(name, bar(weight), make("span", "bar-value", Math.round(100 * weight) + " %"));
              return item;
            }));
            const mark = byId("matrix-row");
            const along = side() === "queries" ? ["top", "height", map.queries, "left", "width"] : ["left", "width", map.keys, "top", "height"];
            mark.style.cssText = along[0] + ":" + 100 * pick / along[2] + "%;" + along[1] + ":" + 100 / along[2] + "%;" + along[3] + ":0;" + along[4] + ":100%";
          }
          function drawGrid() {
            if (!byId("grid-part").open) return;
            const maps = explanation.maps.map((map, index) => [map, index]).filter(entry => entry[0].kind === kind.value);
            const heads = Math.max(...maps.map(entry => entry[0].heads));
            const top = make("tr"), rows = [top];
            top.append(make("td"), ...Array.from({ length: heads }, (_, number) => make("th", "", "head " + number)));
            for (const [map, index] of maps) {
              const row = make("tr");
              row.append(make("th", "", "layer " + map.layer));
              for (let number = 0; number < map.heads; number++) {
                const cell = make("td"), button = make("button"), small = make("canvas");
                button.type = "button";
                button.tabIndex = -1;
                button.setAttribute("aria-label", "layer " + map.layer + ", head " + number);
                button.classList.toggle("current", map.layer === Number(layer.value) && String(number) === head.value);
                draw(small, index, number);
                button.append(small);
                button.addEventListener("click", () => {
                  layer.value = map.layer;
                  showMap();
                  head.value = number;
                  showMap();
                });
                cell.append(button);
                row.append(cell);
              }
              rows.push(row);
            }
            byId("grid").replaceChildren(...rows);
          }
          function showMap() {
            const index = current(), map = explanation.maps[index];
            options(head, [["mean", "mean of all"], ...Array.from({ length: map.heads }, (_, number) => [number, String(number)])], head.value || "mean");
            const frame = Math.max(240, byId("attention-view").clientWidth - 2);
            draw(canvas, index, head.value, Math.max(1, Math.min(22, frame / map.keys, 560 / map.queries)));
            shade();
            drawGrid();
          }
          const promptLength = explanation.architecture === "decoder_only" ? explanation.prompt.length : 1;
          function chip(token, place, isChoice, isMade) {
            const kind = (token.isSpecial ? " special" : "") + (isMade ? " made" : "");
            const element = make(isChoice ? "button" : "span", "token" + kind, token.text);
            element.title = "place " + place + ", id " + token.id;
            if (!isChoice) return element;
            element.type = "button";
            element.setAttribute("role", "radio");
            element.addEventListener("click", () => { chosen = place; hovered = -1; shade(); });
            element.addEventListener("pointerenter", event => { if (event.pointerType === "mouse") { hovered = place; shade(); } });
            element.addEventListener("pointerleave", event => { if (event.pointerType === "mouse") { hovered = -1; shade(); } });
            return element;
          }
          function showKind() {
            const layers = [...new Set(explanation.maps.filter(map => map.kind === kind.value).map(map => map.layer))];
            options(layer, layers.map(number => [number, String(number)]), layer.value || layers[layers.length - 1]);
            showSides();
          }
          function showSides() {
            const choices = tokensOf(kind.value, side()), others = tokensOf(kind.value, side() === "queries" ? "keys" : "queries");
            const name = tokens => tokens === explanation.prompt ? "Prompt" : explanation.architecture === "decoder_only" ? "Prompt and what was generated" : "Decoder";
            byId("from-title").textContent = name(choices);
            from.replaceChildren(...choices.map((token, place) =>
              chip(token, place, true, choices === explanation.decoder && place >= promptLength)));
            byId("to-part").hidden = kind.value !== "cross";
            byId("to-title").textContent = name(others);
            to.replaceChildren(...others.map((token, place) =>
              chip(token, place, false, others === explanation.decoder && place >= promptLength)));
            chosen = choices.length - 1;
            hovered = -1;
            showMap();
          }
          from.addEventListener("keydown", event => {
            const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
            const last = from.children.length - 1;
            if (step) chosen = Math.min(last, Math.max(0, chosen + step));
            else if (event.key === "Home") chosen = 0;
            else if (event.key === "End") chosen = last;
            else return;
            event.preventDefault();
            shade();
            from.children[chosen].focus();
          });
          function cell(event) {
            const map = explanation.maps[current()], box = canvas.getBoundingClientRect();
            const at = (part, size, count) => Math.min(count - 1, Math.max(0, Math.floor(part / size * count)));
            return [at(event.clientY - box.top, box.height, map.queries), at(event.clientX - box.left, box.width, map.keys)];
          }
          canvas.addEventListener("pointermove", event => {
            const [query, key] = cell(event);
            byId("matrix-readout").textContent = label(tokensOf(kind.value, "queries")[query]) + " → " + label(tokensOf(kind.value, "keys")[key])
              + ": " + Math.round(100 * weight(current(), head.value, query, key)) + " %";
          });
          canvas.addEventListener("click", event => { chosen = cell(event)[side() === "queries" ? 0 : 1]; hovered = -1; shade(); });
          kind.addEventListener("change", showKind);
          direction.addEventListener("change", showSides);
          layer.addEventListener("change", showMap);
          head.addEventListener("change", showMap);
          byId("grid-part").addEventListener("toggle", drawGrid);
          matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showMap);
          addEventListener("resize", showMap);
          options(kind, kinds.map(kind => [kind, names[kind]]), kinds[0]);
          showKind();
        }
        """#
}
