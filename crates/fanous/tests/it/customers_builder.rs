//! The form about customers in a real browser: it counts while somebody types, leads to addresses
//! that can be gone back to, and does the same without scripts.

use serde_json::json;
use store::Engine;

use crate::driver::Browser;
use crate::house::{House, with_browser};

/// How many customers a question means, as the page says it.
fn said(house: &House, predicate: &str) -> String {
    let app = house.fixture.app();
    let question = app.question(predicate).expect("a question");
    let count = app.customer_count("", &question.test).expect("a count");
    format!("{} customers, ", count.total)
}

/// Chooses a value of a list, as a hand does.
async fn choose(browser: &Browser, selector: &str, value: &str) {
    browser
        .click(&format!("{selector} option[value='{value}']"))
        .await;
}

#[test]
fn the_form_counts_while_somebody_types() {
    let house = House::seeded(Engine::Sqlite);
    with_browser(&house, async |browser| {
        browser.go(&format!("{}/customers", house.url)).await;
        choose(&browser, "#a0", "orders").await;
        // The operators and the value come by themselves, and the focus stays.
        browser.see("#o0", "at least").await;
        let focused = browser.value("document.activeElement.id").await;
        assert_eq!(focused, "a0");
        browser.write("#v0", "2").await;
        browser
            .see("[data-live]", &said(&house, "orders >= 2"))
            .await;
        browser.see("[data-live]", "orders at least 2").await;
        browser.write("#v0", "two").await;
        browser.see("[data-live]", "Condition 1: ").await;
        browser.write("#v0", "3").await;
        browser
            .see("[data-live]", &said(&house, "orders >= 3"))
            .await;
        // A second condition, and any of the two.
        browser.click("button[value=add]").await;
        browser.see("#a1", "Choose").await;
        choose(&browser, "#a1", "won_back").await;
        browser.see("#o1", "yes").await;
        choose(&browser, "select[name=join]", "any").await;
        let either = "orders >= 3 || won_back";
        browser.see("[data-live]", &said(&house, either)).await;
        browser.click("button.main").await;
        browser.see(".asked", "orders at least 3 or won back").await;
        let address = browser.value("location.search").await;
        assert_eq!(address, "?where=orders%20%3E%3D%203%20%7C%7C%20won_back");
        // A row goes, and the address before can be gone back to.
        browser.click("button[value=remove-0]").await;
        browser.see("[data-live]", "won back").await;
        browser.click("button.main").await;
        browser.see(".asked", "won back").await;
        let address = browser.value("location.search").await;
        assert_eq!(address, "?where=won_back");
        browser.tab.back().await.expect("a page before");
        browser.see(".asked", "orders at least 3 or won back").await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    });
}

#[test]
fn a_text_is_counted_too_and_kept_as_a_segment() {
    let house = House::seeded(Engine::Sqlite);
    with_browser(&house, async |browser| {
        browser.go(&format!("{}/customers", house.url)).await;
        browser.click("button[value=text]").await;
        let rich = "(orders == 1 || net < 50) && !won_back";
        browser.write("#text", "orders >").await;
        browser.see("[data-live]", "At sign 9: ").await;
        browser.write("#text", rich).await;
        browser.see("[data-live]", &said(&house, rich)).await;
        browser.click("button.main").await;
        browser.see(".asked", "not won back").await;
        browser.click(".save summary").await;
        browser.write(".save input[name=name]", "small").await;
        browser.click(".save button").await;
        browser.see(".notice", "The segment is saved.").await;
        browser.go(&format!("{}/customers", house.url)).await;
        browser.click(".segments td a").await;
        browser.see(".asked", "in the segment").await;
        let found = browser.find("h1").await.text().await.expect("a title");
        let count = said(&house, rich);
        let count = count.split(' ').next().expect("a number");
        assert!(found.starts_with(&format!("{count} customer")), "{found}");
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    });
}

#[test]
fn the_form_works_without_scripts() {
    let house = House::seeded(Engine::Sqlite);
    with_browser(&house, async |browser| {
        browser.run_scripts(false);
        browser.go(&format!("{}/customers", house.url)).await;
        choose(&browser, "#a0", "orders").await;
        browser.click("button[value=keep]").await;
        browser.see("#o0", "at least").await;
        browser.write("#v0", "2").await;
        browser.click("button[value=add]").await;
        browser.see("#a1", "Choose").await;
        choose(&browser, "#a1", "country").await;
        browser.click("button.main").await;
        browser.see(".fault", "A value is missing.").await;
        browser.click("button[value=remove-1]").await;
        browser.see("h1", "match").await;
        browser.click("button.main").await;
        browser.see(".asked", "orders at least 2").await;
        let count = said(&house, "orders >= 2").replace("customers, ", "customers match");
        browser.see("h1", &count).await;
        let address = browser.tab.current_url().await.expect("an address");
        assert_eq!(address.query(), Some("where=orders%20%3E%3D%202"));
    });
}

impl Browser {
    /// Lets pages run scripts, or not.
    fn run_scripts(&self, do_run: bool) {
        let command = "Emulation.setScriptExecutionDisabled";
        self.chrome(command, &json!({"value": !do_run}));
    }
}
