//! A shop that is served: the seeded world behind the real server on a free port.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use app::App;
use app::customers::{CustomerListItem, ListQuery};
use app::settings::KeyKind;
use app::trust::{Invitation, NewOwner, Origin, Who};
use domain::trust::{Role, Secret};
use serde_json::Value;
use store::Engine;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::seeds::Seed;
use testkit::world::{World, WorldOptions};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use web::DoorOptions;

use crate::driver::Browser;

/// Nothing here takes so long; a server that hangs fails a test instead of stopping the run.
const PATIENCE: Duration = Duration::from_secs(60);

/// A served shop. Dropping it stops the server first and then checks the store.
pub(crate) struct House {
    pub(crate) url: String,
    pub(crate) write_key: String,
    pub(crate) secret_key: String,
    /// Who sends pages and forms: at first the owner.
    pub(crate) visitor: Visitor,
    pub(crate) runtime: Option<Runtime>,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<std::io::Result<()>>>,
    agent: ureq::Agent,
    // The last field: the store is checked when nobody uses it any more.
    pub(crate) fixture: Fixture,
}

/// Somebody who is signed in, as their browser shows it.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// The token of their session.
    pub(crate) session: String,
    /// What their forms carry.
    pub(crate) csrf: String,
}

/// The password of everybody here.
pub(crate) const PASSWORD: &str = "nine lanterns by the river";
/// The first owner.
pub(crate) const OWNER: &str = "owner@shop.example";

/// An answer: status, headers by name, text.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    headers: ureq::http::HeaderMap,
}

impl Answer {
    /// A header's text; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The cookies that the answer sets, by name.
    pub(crate) fn cookies(&self) -> BTreeMap<String, String> {
        let set = self.headers.get_all("set-cookie").iter();
        set.filter_map(|value| value.to_str().ok()?.split(';').next()?.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in {}: {}", self.status, self.text))
    }
}

/// The world of these tests: thirty people and their year.
pub(crate) fn world() -> World {
    World::new(WorldOptions::small(Seed::new(7)))
}

/// As the demo serves its shops: each has a switch to another one, which leads home here.
fn options() -> web::WebOptions {
    web::WebOptions {
        read_messages: Some(connectors::wire::told),
        neighbour: Some(web::Neighbour {
            name: "Lantern & Sons (synthetic)".to_owned(),
            address: "/".to_owned(),
        }),
        ..web::WebOptions::default()
    }
}

impl Visitor {
    fn owner(app: &App) -> Self {
        let token = app.setup_token().expect("a token").expect("no owner yet");
        let owner = NewOwner {
            email: OWNER.to_owned(),
            name: "Owner".to_owned(),
            password: Secret::new(PASSWORD.to_owned()),
        };
        let session = app.setup(token.reveal(), &owner, &Origin::machine());
        Self::of(app, session.expect("an owner").token.reveal())
    }

    /// The visitor of a session.
    pub(crate) fn of(app: &App, session: &str) -> Self {
        let who = app.session_check(session).expect("the store answers");
        Self {
            session: session.to_owned(),
            csrf: app.csrf(&who.expect("somebody is signed in")),
        }
    }

    /// The fields of a form with their token.
    pub(crate) fn body(&self, fields: &[(&str, &str)]) -> String {
        let token = [("csrf", self.csrf.as_str())];
        let fields: Vec<String> = token
            .iter()
            .chain(fields)
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        fields.join("&")
    }

    /// The header that a browser sends for them.
    pub(crate) fn cookie(&self) -> String {
        format!("fanous_session={}", self.session)
    }
}

impl House {
    /// A shop with the seeded world in it.
    pub(crate) fn seeded(engine: Engine) -> Self {
        let world = world();
        let fixture = FixtureOptions::on(engine).shop_of(&world).open();
        fixture.record_world(&world);
        Self::of(fixture)
    }

    /// A shop that nobody has bought from.
    pub(crate) fn empty(engine: Engine) -> Self {
        Self::of(Fixture::new(engine))
    }

    /// An empty shop with a front door of another kind.
    pub(crate) fn behind(engine: Engine, door: DoorOptions) -> Self {
        let options = web::WebOptions { door, ..options() };
        Self::served(Fixture::new(engine), options)
    }

    fn of(fixture: Fixture) -> Self {
        Self::served(fixture, options())
    }

    fn served(fixture: Fixture, options: web::WebOptions) -> Self {
        let app = fixture.app();
        let visitor = Visitor::owner(app);
        let write_key = app.key_create(KeyKind::Write).expect("a key");
        let secret_key = app.key_create(KeyKind::Secret).expect("a key");
        let runtime = Runtime::new().expect("a runtime");
        let listener = runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let served = runtime.spawn(web::serve(listener, app.clone(), options, async {
            // A house that is dropped stops its server too.
            let _ = stopped.await;
        }));
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .timeout_global(Some(PATIENCE))
            .build();
        Self {
            url: format!("http://{address}"),
            write_key,
            secret_key,
            visitor,
            runtime: Some(runtime),
            stop: Some(stop),
            served: Some(served),
            agent: config.new_agent(),
            fixture,
        }
    }

    /// Sends a request with these headers and this body.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_owned()).expect("a request");
        let mut response = self.agent.run(request).expect("an answer");
        Answer {
            status: response.status().as_u16(),
            text: response.body_mut().read_to_string().expect("text"),
            headers: response.headers().clone(),
        }
    }

    /// Somebody with this role, signed in.
    pub(crate) fn somebody(&self, role: Role) -> Visitor {
        let app = self.fixture.app();
        let acting = app.acting(Who::System, Origin::machine());
        let invitation = Invitation {
            email: format!("a.{}@shop.example", role.word()),
            name: format!("Somebody in {}", role.word()),
            role,
        };
        let invited = acting.invite(&invitation, None).expect("invited");
        let password = Secret::new(PASSWORD.to_owned());
        let origin = Origin::machine();
        let session = app.invitation_take(invited.token.reveal(), &password, &origin);
        Visitor::of(app, session.expect("signed in").token.reveal())
    }

    /// A body that is no text.
    pub(crate) fn send_bytes(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let key = format!("Bearer {}", self.write_key);
        let mut request = ureq::http::Request::builder()
            .method("POST")
            .uri(format!("{}{path}", self.url))
            .header("Authorization", key);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("a request");
        let mut response = self.agent.run(request).expect("an answer");
        Answer {
            status: response.status().as_u16(),
            text: response.body_mut().read_to_string().expect("text"),
            headers: response.headers().clone(),
        }
    }

    /// A page, as a browser asks for it in which somebody is signed in.
    pub(crate) fn page(&self, path: &str) -> Answer {
        self.page_as(&self.visitor, path)
    }

    /// A page, as this visitor's browser asks for it.
    pub(crate) fn page_as(&self, visitor: &Visitor, path: &str) -> Answer {
        self.send("GET", path, &[("Cookie", &visitor.cookie())], "")
    }

    /// A form, as a browser without scripts sends it from one of our pages.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.form_as(&self.visitor, path, fields)
    }

    /// A form of this visitor.
    pub(crate) fn form_as(&self, visitor: &Visitor, path: &str, fields: &[(&str, &str)]) -> Answer {
        let cookie = visitor.cookie();
        let headers = [
            ("Origin", self.url.as_str()),
            ("Cookie", cookie.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        self.send("POST", path, &headers, &visitor.body(fields))
    }

    /// A call of the API with the secret key.
    pub(crate) fn api(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.api_as(&self.secret_key, method, path, body)
    }

    /// A call of the API with this key; an empty one is left out.
    pub(crate) fn api_as(&self, key: &str, method: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {key}");
        let mut headers = vec![("Content-Type", "application/json")];
        if !key.is_empty() {
            headers.push(("Authorization", bearer.as_str()));
        }
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.send(method, path, &headers, &body)
    }

    /// What the API says to a GET that must succeed.
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.api("GET", path, &Value::Null);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// The customers, the best first.
    pub(crate) fn customers(&self) -> Vec<CustomerListItem> {
        let query = ListQuery {
            limit: 200,
            ..ListQuery::default()
        };
        self.fixture
            .app()
            .customer_list(&query)
            .expect("customers")
            .customers
    }
}

/// A browser without scripts that keeps cookies, for whoever is not signed in yet.
pub(crate) struct Guest<'h> {
    house: &'h House,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl<'h> Guest<'h> {
    pub(crate) const fn new(house: &'h House) -> Self {
        Self {
            house,
            cookies: BTreeMap::new(),
        }
    }

    fn cookie(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn keep(&mut self, answer: Answer) -> Answer {
        self.cookies.extend(answer.cookies());
        self.cookies.retain(|_, value| !value.is_empty());
        answer
    }

    pub(crate) fn page(&mut self, path: &str) -> Answer {
        let cookie = self.cookie();
        let answer = self.house.send("GET", path, &[("Cookie", &cookie)], "");
        self.keep(answer)
    }

    /// A form of the page that was shown: with the token that stands in its forms, if any.
    pub(crate) fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let session = self.cookies.get("fanous_session");
        let app = self.house.fixture.app();
        let who = session.and_then(|token| app.session_check(token).expect("the store answers"));
        let visitor = Visitor {
            session: String::new(),
            csrf: who.map(|who| app.csrf(&who)).unwrap_or_default(),
        };
        let body = visitor.body(fields);
        let cookie = self.cookie();
        let headers = [
            ("Origin", self.house.url.as_str()),
            ("Cookie", cookie.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let answer = self.house.send("POST", path, &headers, &body);
        self.keep(answer)
    }

    /// Signs in by the form.
    pub(crate) fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.form("/login", &[("email", email), ("password", password)])
    }
}

/// Runs a test in a browser in which the visitor of the house is signed in.
pub(crate) fn with_browser<F: Future<Output = ()>>(house: &House, test: impl FnOnce(Browser) -> F) {
    let runtime = house.runtime.as_ref().expect("the house stands");
    runtime.block_on(async {
        let browser = Browser::open().await;
        browser.keep_cookie(&house.url, "fanous_session", &house.visitor.session);
        test(browser).await;
    });
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop = None;
        let (Some(runtime), Some(served)) = (self.runtime.take(), self.served.take()) else {
            return;
        };
        let ended = runtime.block_on(async { tokio::time::timeout(PATIENCE, served).await });
        // Waits for what still runs, so that the store is checked alone.
        drop(runtime);
        if !std::thread::panicking() {
            ended
                .expect("the server ends when it is asked to")
                .expect("no panic")
                .expect("served");
        }
    }
}

/// A value as it stands in a form or an address.
pub(crate) fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    value
        .bytes()
        .map(|byte| match byte {
            byte if plain(byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
