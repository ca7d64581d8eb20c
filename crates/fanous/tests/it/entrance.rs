//! Coming in: the first owner, the login and its second step, letters, and what is one's own.

use domain::trust::{Role, TotpSecret};
use store::Engine;
use testkit::smtp::{MailServer, Manners};

use crate::cli::Server;
use crate::house::{Guest, House, OWNER, PASSWORD, with_browser};

#[test]
fn a_stranger_is_led_to_the_login_and_back_to_the_page_they_asked_for() {
    let house = House::seeded(Engine::Sqlite);
    let mut guest = Guest::new(&house);
    let asked = guest.page("/customers?sort=orders");
    assert_eq!(
        (asked.status, asked.header("location")),
        (303, "/login?next=%2Fcustomers%3Fsort%3Dorders")
    );
    let login = guest.page("/login?next=%2Fcustomers%3Fsort%3Dorders");
    assert!(
        !login.text.contains("href=\"/customers\""),
        "no room is named"
    );
    let wrong = guest.sign_in(OWNER, "something else entirely");
    assert_eq!(wrong.status, 403);
    assert!(wrong.text.contains("not right together") && wrong.text.contains(OWNER));
    assert!(
        !wrong.text.contains("something else"),
        "a password is not said again"
    );
    let nobody = guest.sign_in("nobody@shop.example", PASSWORD);
    assert!(
        nobody.text.contains("not right together"),
        "nor who is here"
    );
    let fields = [
        ("email", OWNER),
        ("password", PASSWORD),
        ("next", "/customers?sort=orders"),
    ];
    let signed = guest.form("/login", &fields);
    assert_eq!(
        (signed.status, signed.header("location")),
        (303, "/customers?sort=orders")
    );
    let cookie = signed.header("set-cookie");
    assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    assert_eq!(guest.page("/customers?sort=orders").status, 200);
    for away in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "evil",
    ] {
        let mut other = Guest::new(&house);
        let fields = [("email", OWNER), ("password", PASSWORD), ("next", away)];
        assert_eq!(
            other.form("/login", &fields).header("location"),
            "/",
            "{away}"
        );
    }
    assert_eq!(
        guest.form("/logout", &[]).header("location"),
        "/login?done=out"
    );
    assert_eq!(guest.page("/").status, 303);
}

#[test]
fn a_session_that_somebody_laid_into_a_browser_is_none() {
    let house = House::seeded(Engine::Sqlite);
    // The attacker's own session, put into the victim's browser before they sign in.
    let planted = house.somebody(Role::Support).session;
    let mut victim = Guest::new(&house);
    victim
        .cookies
        .insert("fanous_session".to_owned(), planted.clone());
    victim.sign_in(OWNER, PASSWORD);
    let own = victim.cookies["fanous_session"].clone();
    assert_ne!(own, planted);
    let app = house.fixture.app();
    assert!(
        app.session_check(&planted).expect("asked").is_none(),
        "it has ended"
    );
    // A token of the attacker's choice never becomes one.
    let chosen = "f".repeat(64);
    let mut victim = Guest::new(&house);
    victim
        .cookies
        .insert("fanous_session".to_owned(), chosen.clone());
    victim.sign_in(OWNER, PASSWORD);
    assert_ne!(victim.cookies["fanous_session"], chosen);
    assert!(app.session_check(&chosen).expect("asked").is_none());
    // A proof gives a new token, too, and ends the one before.
    let before = victim.cookies["fanous_session"].clone();
    let proved = victim.form("/prove", &[("password", PASSWORD), ("next", "/account")]);
    assert_eq!(proved.header("location"), "/account");
    assert_ne!(victim.cookies["fanous_session"], before);
    assert!(app.session_check(&before).expect("asked").is_none());
}

#[test]
fn guesses_are_slowed() {
    let house = House::empty(Engine::Sqlite);
    let mut guest = Guest::new(&house);
    let statuses: Vec<u16> = (0..6)
        .map(|_| guest.sign_in(OWNER, "a wrong guess or two").status)
        .collect();
    assert_eq!(statuses, [403, 403, 403, 403, 403, 429]);
    let right = guest.sign_in(OWNER, PASSWORD);
    assert_eq!(right.status, 429, "the right one waits, too");
    house.fixture.clock().advance(60_000);
    assert_eq!(guest.sign_in(OWNER, PASSWORD).status, 303);
}

/// The code that an app shows for what stands on the page.
fn code_on(page: &str, house: &House) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let base32 = page
        .split("secret\" dir=\"ltr\">")
        .nth(1)
        .expect("a secret");
    let base32 = base32.split('<').next().unwrap_or_default();
    let bits: String = base32
        .chars()
        .map(|letter| format!("{:05b}", letters.find(letter).expect("base 32")))
        .collect();
    let bytes: Vec<u8> = (0..20)
        .map(|place| u8::from_str_radix(&bits[place * 8..place * 8 + 8], 2).expect("bits"))
        .collect();
    let secret = TotpSecret::new(bytes.try_into().expect("twenty bytes"));
    secret.code(house.fixture.app().now().0 / 30_000)
}

#[test]
fn a_second_factor_is_set_up_asked_for_and_dropped() {
    let house = House::empty(Engine::Sqlite);
    let mut guest = Guest::new(&house);
    guest.sign_in(OWNER, PASSWORD);
    let offer = guest.page("/account/second-factor");
    assert!(offer.text.contains("<svg"), "a picture to scan");
    let code = code_on(&offer.text, &house);
    let wrong = guest.form("/account/second-factor", &[("code", "000000")]);
    assert_eq!(wrong.status, 403);
    let codes = guest.form("/account/second-factor", &[("code", &code)]);
    let paper = codes
        .text
        .split("<li><code>")
        .nth(1)
        .expect("codes on paper");
    let paper = paper.split('<').next().unwrap_or_default().to_owned();
    guest.form("/logout", &[]);
    let asked = guest.sign_in(OWNER, PASSWORD);
    assert!(asked.header("location").starts_with("/login/code"));
    assert_eq!(
        guest.page("/").status,
        303,
        "the password alone opens nothing"
    );
    let again = guest.form("/login/code", &[("code", &code)]);
    assert_eq!(again.status, 403, "a code is good once");
    let by_paper = guest.form("/login/code", &[("code", &paper), ("next", "/account")]);
    assert_eq!(by_paper.header("location"), "/account", "{}", by_paper.text);
    let off = guest.form("/account/second-factor/off", &[]);
    assert_eq!(off.header("location"), "/account?done=off");
    // Proofs grow old: what is grave asks again, and leads back.
    house.fixture.clock().advance(11 * 60_000);
    let grave = guest.page("/account/second-factor");
    assert_eq!(
        grave.header("location"),
        "/prove?next=%2Faccount%2Fsecond-factor"
    );
}

#[test]
fn ones_own_browsers_are_ended_and_nobody_elses() {
    let house = House::empty(Engine::Sqlite);
    let (mut here, mut there) = (Guest::new(&house), Guest::new(&house));
    here.sign_in(OWNER, PASSWORD);
    there.sign_in(OWNER, PASSWORD);
    let page = here.page("/account").text;
    let others: Vec<String> = page
        .split("/account/sessions/")
        .skip(1)
        .map(|rest| rest.split('/').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(others.len(), 2, "there, and the one of the house");
    let stranger = house.somebody(Role::Support);
    for session in &others {
        let path = format!("/account/sessions/{session}/end");
        let answer = house.form_as(&stranger, &path, &[]);
        assert_eq!(answer.status, 404, "another person's session is none");
        assert_eq!(there.page("/account").status, 200);
    }
    for session in &others {
        here.form(&format!("/account/sessions/{session}/end"), &[]);
    }
    assert_eq!(there.page("/account").status, 303);
    let (old, new) = (("old", PASSWORD), ("new", "ten lanterns by the sea"));
    let changed = here.form("/account/password", &[old, new]);
    assert_eq!(changed.header("location"), "/account?done=password");
    assert_eq!(here.page("/account").status, 200);
    let short = here.form("/account/password", &[("old", new.1), ("new", "short")]);
    assert_eq!(short.status, 422);
    assert_eq!(there.sign_in(OWNER, PASSWORD).status, 403);
}

/// The link in a letter, as a path.
fn link(mail: &str, url: &str) -> String {
    let text = mail.replace("=\n", "").replace("=3D", "=");
    let start = text.find(url).expect("a link") + url.len();
    let rest = &text[start..];
    rest.split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn people_come_by_letter_and_find_back_by_letter() {
    let folder = tempfile::tempdir().expect("a folder");
    let mails = MailServer::start(Manners::Takes);
    let smtp = format!("smtp+plain://{}", mails.address());
    let from = "Shop <shop@example.com>";
    let options = ["--smtp", &smtp, "--mail-from", from];
    let server = Server::start_with(&folder.path().join("data"), "serve", &options);
    let (url, setup) = (server.said("url"), server.said("setup_url"));
    let token = setup.split_once("token=").expect("a token").1.to_owned();
    let mut visitor = Outside::new(&url);
    assert_eq!(visitor.get("/").header("location"), "/setup");
    let owner = [("email", OWNER), ("name", "Owner"), ("password", PASSWORD)];
    let stranger = [&[("token", "guessed")], &owner[..]].concat();
    assert_eq!(visitor.post("/setup", &stranger).status, 410);
    let claimed = visitor.post(
        "/setup",
        &[&[("token", token.as_str())], &owner[..]].concat(),
    );
    assert_eq!(claimed.header("location"), "/settings?done=welcome");
    let again = visitor.post(
        "/setup",
        &[&[("token", token.as_str())], &owner[..]].concat(),
    );
    assert_eq!(again.status, 410, "it is good once");
    assert_eq!(visitor.get("/setup").header("location"), "/login");

    let invited = [
        ("email", "sam@shop.example"),
        ("name", "Sam"),
        ("role", "support"),
    ];
    assert_eq!(
        visitor.post("/people", &invited).header("location"),
        "/people?done=invited"
    );
    let mail = mails.wait_for(1).remove(0);
    assert_eq!(mail.to, ["sam@shop.example"]);
    let invitation = link(&mail.text, &url);
    let mut sam = Outside::new(&url);
    assert!(sam.get(&invitation).text.contains("Choose a password"));
    let pass = invitation
        .split_once("token=")
        .expect("a token")
        .1
        .to_owned();
    let choose = [
        ("token", pass.as_str()),
        ("password", "eleven boats at the pier"),
    ];
    assert_eq!(sam.post("/invitation", &choose).header("location"), "/");
    assert_eq!(
        sam.get("/").header("location"),
        "/customers",
        "no figures for support"
    );
    assert_eq!(Outside::new(&url).post("/invitation", &choose).status, 410);

    let asked = Outside::new(&url).post("/login/forgot", &[("email", "sam@shop.example")]);
    assert_eq!(asked.header("location"), "/login?done=asked");
    let reset = link(&mails.wait_for(2).remove(1).text, &url);
    let pass = reset.split_once("token=").expect("a token").1.to_owned();
    let new = [
        ("token", pass.as_str()),
        ("password", "twelve boats at the pier"),
    ];
    let mut elsewhere = Outside::new(&url);
    assert_eq!(
        elsewhere.post("/reset", &new).header("location"),
        "/login?done=reset"
    );
    assert_eq!(
        sam.get("/").header("location"),
        "/login",
        "every browser is signed out"
    );
    let login = [
        ("email", "sam@shop.example"),
        ("password", "twelve boats at the pier"),
    ];
    assert_eq!(elsewhere.post("/login", &login).status, 303);
    let nobody = [("email", "nobody@shop.example")];
    let asked = Outside::new(&url).post("/login/forgot", &nobody);
    assert_eq!(
        asked.header("location"),
        "/login?done=asked",
        "nobody learns who is here"
    );
    assert_eq!(mails.mails().len(), 2);
}

#[test]
fn an_owner_invites_and_changes_people_in_a_browser() {
    let house = House::seeded(Engine::Sqlite);
    with_browser(&house, async |browser| {
        browser.go(&format!("{}/people", house.url)).await;
        browser.see("h1", "One person works here").await;
        browser.write("form.filters input[name=name]", "Sam").await;
        browser
            .write("form.filters input[name=email]", "sam@shop.example")
            .await;
        browser.click("form.filters button").await;
        browser
            .see(".notice code.secret", "/invitation?token=")
            .await;
        let link = browser
            .find(".notice code.secret")
            .await
            .text()
            .await
            .expect("text");
        assert!(house.page("/people").text.contains("sam@shop.example"));
        let other = crate::driver::Browser::open().await;
        // No letters are sent here, so the link is relative to where the pages are.
        other.go(&format!("{}{link}", house.url)).await;
        other
            .write("input[name=password]", "eleven boats at the pier")
            .await;
        other.click("form.stack button").await;
        other.see("h1", "ustomers").await;
        assert!(
            other
                .tab
                .find(thirtyfour::By::Css("a[href='/people']"))
                .await
                .is_err()
        );
        assert_eq!(other.complaints().await, Vec::<String>::new());
        browser.go(&format!("{}/people", house.url)).await;
        browser.see("h1", "2 people work here").await;
        browser
            .click("tbody tr:last-child form[action$='/disable'] button")
            .await;
        browser.see(".notice", "It is changed").await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    });
}

/// A browser without scripts before a server of its own process.
struct Outside {
    url: String,
    agent: ureq::Agent,
    cookies: std::collections::BTreeMap<String, String>,
}

struct Seen {
    status: u16,
    text: String,
    location: String,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        assert_eq!(name, "location");
        &self.location
    }
}

impl Outside {
    fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        Self {
            url: url.to_owned(),
            agent: config.new_agent(),
            cookies: Default::default(),
        }
    }

    fn get(&mut self, path: &str) -> Seen {
        let request = ureq::http::Request::builder().uri(format!("{}{path}", self.url));
        self.send(request.body(String::new()).expect("a request"))
    }

    /// A form, with the token that stands on the pages of whoever is signed in.
    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let account = self.get("/account");
        let token = account.text.split("name=\"csrf\" value=\"").nth(1);
        let token = token.and_then(|rest| rest.split('"').next());
        let visitor = crate::house::Visitor {
            session: String::new(),
            csrf: token.unwrap_or_default().to_owned(),
        };
        let request = ureq::http::Request::builder()
            .method("POST")
            .uri(format!("{}{path}", self.url))
            .header("Origin", &self.url)
            .header("Content-Type", "application/x-www-form-urlencoded");
        self.send(request.body(visitor.body(fields)).expect("a request"))
    }

    fn send(&mut self, mut request: ureq::http::Request<String>) -> Seen {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookie = pairs.join("; ").parse().expect("a header");
        request.headers_mut().insert("Cookie", cookie);
        let mut answer = self.agent.run(request).expect("an answer");
        for set in answer.headers().get_all("set-cookie") {
            let pair = set.to_str().expect("text").split(';').next();
            let (name, value) = pair.and_then(|it| it.split_once('=')).expect("a pair");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.headers().get("location");
        let location = location.and_then(|it| it.to_str().ok()).unwrap_or_default();
        Seen {
            status: answer.status().as_u16(),
            location: location.to_owned(),
            text: answer.body_mut().read_to_string().expect("text"),
        }
    }
}
