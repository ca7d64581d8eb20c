// A shop as small as can be. What it keeps for itself (basket, member, choice) is its own affair;
// everything that it tells Fanous stands in calls of `tell`.

const currency = "EUR";
const kinds = [
  ["brass", "Brass lantern", 42, "Heavy, warm, for a lifetime."],
  ["glass", "Glass lantern", 27.5, "Four panes and a handle."],
  ["paper", "Paper lantern", 9.9, "Light as the evening."],
];
const products = kinds.map(([product_id, name, price, words]) => {
  return { product_id, name, category: "Lanterns", price, words };
});

// The tracker may not be here yet, or never come: a push is then kept, and costs nothing.
const tell = (...call) => fanous.push(call);

const $ = (selector) => document.querySelector(selector);
const inWords = new Intl.NumberFormat("en", { style: "currency", currency });
const money = (amount) => inWords.format(amount);
const read = (name) => JSON.parse(sessionStorage.getItem(name));
const keep = (name, value) => sessionStorage.setItem(name, JSON.stringify(value));

const plain = ({ words, ...product }) => product;
const lines = () => (read("basket") || []).map(({ product_id, quantity }) => {
  const product = products.find((product) => product.product_id === product_id);
  return { ...plain(product), quantity };
});
const sum = (lines) => lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
// Prices are sums of cents; a binary fraction is not.
const rounded = (amount) => Number(amount.toFixed(2));

const item = (text, address) => {
  const item = document.createElement("li");
  const inside = address ? document.createElement("a") : item;
  inside.textContent = text;
  if (address) {
    inside.href = address;
    item.append(inside);
  }
  return item;
};

// The choice is asked for once and can be changed. Only the shop knows of a refusal: the tracker
// keeps nothing of somebody who has not agreed.
const askForConsent = () => {
  const choice = read("choice");
  $("#consent").hidden = choice !== null;
  $("#choose-again").hidden = choice === null;
};
const choose = (choice) => {
  keep("choice", choice);
  tell("consent", choice);
  askForConsent();
};
$("#agree").addEventListener("click", () => {
  const marketing = $("#marketing").checked;
  choose({ analytics: true, personalisation: true, marketing, third_party: false });
});
$("#refuse").addEventListener("click", () => {
  choose({ analytics: false, personalisation: false, marketing: false, third_party: false });
});
$("#choose-again").addEventListener("click", () => {
  $("#consent").hidden = false;
});

const showMember = () => {
  const member = read("member");
  $("#sign-in").hidden = member !== null;
  $("#signed-in").hidden = member === null;
  $("#signed-in span").textContent = member;
};
$("#sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  keep("member", $("#member").value);
  tell("identify", $("#member").value, { plan: "member" });
  showMember();
});
$("#sign-out").addEventListener("click", () => {
  sessionStorage.removeItem("member");
  tell("reset");
  showMember();
});

const pages = {
  Lanterns: () => {
    tell("track", "Product List Viewed", { list_id: "lanterns", products: products.map(plain) });
    const items = products.map(({ product_id, name, price }) => {
      return item(`${name}, ${money(price)}`, `product.html?id=${product_id}`);
    });
    $("#products").append(...items);
  },
  Product: () => {
    const id = new URLSearchParams(location.search).get("id");
    const product = products.find((product) => product.product_id === id) || products[0];
    $("#product-name").textContent = product.name;
    $("#product-words").textContent = product.words;
    $("#product-price").textContent = money(product.price);
    tell("track", "Product Viewed", { ...plain(product), currency });
    $("#add").addEventListener("click", () => {
      const basket = read("basket") || [];
      const line = basket.find((line) => line.product_id === product.product_id);
      if (line) line.quantity += 1;
      else basket.push({ product_id: product.product_id, quantity: 1 });
      keep("basket", basket);
      tell("track", "Product Added", { ...plain(product), quantity: 1, currency });
      $("#added").textContent = "It is in the basket.";
    });
  },
  Basket: () => {
    const basket = lines();
    const items = basket.map(({ quantity, name, price }) => {
      return item(`${quantity} × ${name}, ${money(price)}`);
    });
    $("#lines").append(...items);
    $("#total").textContent = money(sum(basket));
    $("#order button").disabled = basket.length === 0;
    tell("track", "Cart Viewed", { products: basket });
    $("#order").addEventListener("submit", (event) => {
      event.preventDefault();
      const total = rounded(sum(basket));
      const order_id = crypto.randomUUID();
      const order = { order_id, total, revenue: total, currency, products: basket };
      tell("track", "Checkout Started", order);
      keep("order", order);
      sessionStorage.removeItem("basket");
      location.assign("thanks.html");
    });
  },
  Thanks: () => {
    const order = read("order");
    if (!order) return;
    // Told again when the page is loaded again; an order_id counts once for ever.
    tell("track", "Order Completed", order);
    $("#thanks").textContent = `Your order of ${money(order.total)} is on its way.`;
  },
};

const page = document.body.dataset.page;
tell("page", page);
pages[page]();
askForConsent();
showMember();
