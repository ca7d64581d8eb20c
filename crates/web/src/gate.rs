//! Who may pass: each route names what it needs, and nothing is routed without.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use app::trust::{Origin, SignedIn, TrustRefusal, Who};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{self, MethodRouter};
use domain::trust::Permission;
use ipnet::IpNet;

use crate::asked::encoded;
use crate::asking::{Asking, Stranger};
use crate::cookies;
use crate::errors::Refusal;
use crate::shared::Shared;

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Nothing: whoever can reach the server.
    Anybody,
    /// Somebody who is signed in, whatever their role.
    SignedIn,
    /// A program whose key may send events: the key can stand in the body, so the handler reads
    /// it and asks.
    Sends,
    /// Somebody, or under `/v1` a key, with this permission.
    Needs(Permission),
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anybody => f.write_str("anybody"),
            Self::SignedIn => f.write_str("signed_in"),
            Self::Sends => f.write_str("send_events"),
            Self::Needs(permission) => permission.fmt(f),
        }
    }
}

/// An address that is served, with the method by which and what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// `GET`, which answers `HEAD` too, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The path, with its parts in braces.
    pub path: &'static str,
    /// Who may.
    pub gate: Gate,
}

/// Routes, each with its gate. There is no other way to serve an address.
#[derive(Default)]
pub(crate) struct Routes(Vec<(Endpoint, MethodRouter<Shared>)>);

impl Routes {
    pub(crate) fn get<H: Handler<T, Shared>, T: 'static>(
        self,
        path: &'static str,
        gate: Gate,
        handler: H,
    ) -> Self {
        self.with("GET", path, gate, routing::get(handler))
    }

    pub(crate) fn post<H: Handler<T, Shared>, T: 'static>(
        self,
        path: &'static str,
        gate: Gate,
        handler: H,
    ) -> Self {
        self.with("POST", path, gate, routing::post(handler))
    }

    pub(crate) fn put<H: Handler<T, Shared>, T: 'static>(
        self,
        path: &'static str,
        gate: Gate,
        handler: H,
    ) -> Self {
        self.with("PUT", path, gate, routing::put(handler))
    }

    pub(crate) fn delete<H: Handler<T, Shared>, T: 'static>(
        self,
        path: &'static str,
        gate: Gate,
        handler: H,
    ) -> Self {
        self.with("DELETE", path, gate, routing::delete(handler))
    }

    fn with(
        mut self,
        method: &'static str,
        path: &'static str,
        gate: Gate,
        handler: MethodRouter<Shared>,
    ) -> Self {
        let endpoint = Endpoint { method, path, gate };
        self.0.push((endpoint, handler));
        self
    }

    pub(crate) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        self.0.iter().map(|(endpoint, _)| *endpoint).collect()
    }

    pub(crate) fn into_router(self, shared: &Shared) -> Router<Shared> {
        let routes = self.0.into_iter();
        routes.fold(Router::new(), |router, (endpoint, handler)| {
            let state = (shared.clone(), endpoint.gate);
            router.route(
                endpoint.path,
                handler.layer(from_fn_with_state(state, pass)),
            )
        })
    }
}

/// Lets in whoever may, as the one who asks.
async fn pass(
    State((shared, gate)): State<(Shared, Gate)>,
    mut request: Request,
    next: Next,
) -> Response {
    let origin = origin_of(&shared, &request);
    let is_api = request.uri().path().starts_with("/v1/");
    let who = match (gate, is_api) {
        (Gate::Anybody | Gate::Sends, _) => {
            request.extensions_mut().insert(origin);
            return next.run(request).await;
        }
        (_, true) => by_key(&shared, request.headers()).await,
        (_, false) => by_session(&shared, &mut request).await,
    };
    let who = match who {
        Ok(who) => who,
        Err(Refusal::Trust(TrustRefusal::NotSignedIn)) => {
            let asked = asked_for(&request);
            return entrance(&shared, &asked).await;
        }
        Err(refusal) => return refusal.into_response(),
    };
    if let Gate::Needs(permission) = gate
        && !who.permissions().has(permission)
    {
        return Refusal::of_key(&who, permission).into_response();
    }
    let acting = shared.app.acting(who, origin);
    request.extensions_mut().insert(acting);
    next.run(request).await
}

/// The page that somebody asked for: of a form, the one on which it stood.
fn asked_for(request: &Request) -> String {
    let is_safe = [Method::GET, Method::HEAD].contains(request.method());
    let asked = match is_safe {
        true => request.uri().path_and_query().map_or("/", |it| it.as_str()),
        false => page_before(request.headers()),
    };
    asked.to_owned()
}

/// Who bears this key. The store is asked each time, so that a revoked key is refused at once.
async fn by_key(shared: &Shared, headers: &HeaderMap) -> Result<Who, Refusal> {
    let given = headers.get(header::AUTHORIZATION);
    let given = given
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (scheme, key) = given.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") || key.trim().is_empty() {
        return Err(Refusal::NoKey);
    }
    let key = key.trim().to_owned();
    let holder = shared.ask(move |app| app.key_open(&key)).await?;
    holder.map(Who::Key).ok_or(Refusal::UnknownKey)
}

/// Who is signed in in this browser; what changes something has to come from a form of theirs.
async fn by_session(shared: &Shared, request: &mut Request) -> Result<Who, Refusal> {
    let who = match session_of(shared, request.headers()).await? {
        Some(who) => who,
        None if shared.options.is_open => return Ok(Who::System),
        None => return Err(TrustRefusal::NotSignedIn.into()),
    };
    let is_safe = [Method::GET, Method::HEAD].contains(request.method());
    if !is_safe {
        let given = form_token(shared, request).await?;
        if !shared.app.csrf_check(&who, &given) {
            return Err(Refusal::OtherSite);
        }
    }
    Ok(Who::User(who))
}

async fn session_of(shared: &Shared, headers: &HeaderMap) -> Result<Option<SignedIn>, Refusal> {
    let Some(token) = cookies::session(shared, headers) else {
        return Ok(None);
    };
    shared.ask(move |app| app.session_check(&token)).await
}

/// The field of a form that only a page of this session could know. The body is read here and
/// given back whole to the handler.
async fn form_token(shared: &Shared, request: &mut Request) -> Result<String, Refusal> {
    let body = std::mem::replace(request.body_mut(), Body::empty());
    let bytes = to_bytes(body, shared.options.body_bytes_max).await;
    let bytes = bytes.map_err(|_| Refusal::TooLarge)?;
    let mut fields = form_urlencoded::parse(&bytes);
    let token = fields.find(|(name, _)| name == crate::layout::TOKEN_FIELD);
    let token = token.map(|(_, token)| token.into_owned());
    *request.body_mut() = Body::from(bytes);
    Ok(token.unwrap_or_default())
}

/// To the login, and from there back to the page that was asked for; where nobody works yet, to
/// the page that makes the first owner.
async fn entrance(shared: &Shared, asked: &str) -> Response {
    match shared.ask(app::App::is_claimed).await {
        Err(refusal) => refusal.into_response(),
        Ok(false) => Redirect::to("/setup").into_response(),
        Ok(true) => to_login(asked),
    }
}

/// The login, with the way back.
pub(crate) fn to_login(next: &str) -> Response {
    let address = match next {
        "/" => "/login".to_owned(),
        next => format!("/login?next={}", encoded(next)),
    };
    Redirect::to(&address).into_response()
}

/// The page that asks for a proof of who somebody is, with the way back.
pub(crate) fn to_proof(next: &str) -> Response {
    Redirect::to(&format!("/prove?next={}", encoded(next))).into_response()
}

/// Where somebody may be led: a page of ours. Another site's address leads to the first page, as
/// one would that starts with two slashes.
pub(crate) fn way_back(path: &str) -> &str {
    let is_ours = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control);
    if is_ours { path } else { "/" }
}

/// The page of ours on which a form stood.
pub(crate) fn page_before(headers: &HeaderMap) -> &str {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let path = || {
        let (_, rest) = text(header::REFERER)?.split_once("://")?;
        rest.strip_prefix(text(header::HOST)?)
    };
    way_back(path().unwrap_or("/"))
}

/// From where a request comes.
fn origin_of(shared: &Shared, request: &Request) -> Origin {
    let agent = request.headers().get(header::USER_AGENT);
    let agent = agent
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    match address_of(shared, request) {
        Some(address) => Origin::new(address, agent),
        None => Origin::machine(),
    }
}

/// The address from which a request comes, behind the proxies that the shop named; none when it
/// came by the program's own socket.
pub(crate) fn address_of(shared: &Shared, request: &Request) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    let forwarded = request.headers().get_all("x-forwarded-for").iter();
    let told: Vec<&str> = forwarded
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    Some(client(peer.ip(), &told, &shared.options.proxies))
}

/// Whose address a request has. What a proxy says of it counts only when the proxy is one that the
/// shop named, and only what that one added itself: the last hop that is no proxy of ours.
fn client(peer: IpAddr, told: &[&str], proxies: &[IpNet]) -> IpAddr {
    let mut address = peer;
    for hop in told.iter().rev() {
        let canonical = address.to_canonical();
        let is_proxy = proxies.iter().any(|net| net.contains(&canonical));
        let Some(before) = hop.trim().parse().ok().filter(|_| is_proxy) else {
            break;
        };
        address = before;
    }
    address
}

impl FromRequestParts<Shared> for Asking {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        shared: &Shared,
    ) -> Result<Self, Refusal> {
        // Only a route for anybody lacks it, and its handler asks as a stranger.
        let acting = parts.extensions.get().cloned();
        let acting = acting.ok_or(TrustRefusal::NotSignedIn)?;
        Ok(Self::new(
            shared.clone(),
            acting,
            &parts.headers,
            &parts.uri,
        ))
    }
}

impl FromRequestParts<Shared> for Stranger {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        shared: &Shared,
    ) -> Result<Self, Refusal> {
        let origin = parts.extensions.get().cloned().unwrap_or_default();
        Ok(Self::new(shared.clone(), origin, parts.headers.clone()))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_proxies_of_ours_say_who_asks() {
        let check = |peer: &str, told: &[&str], expected: &str| {
            let proxies = ["10.0.0.0/8", "::1/128"].map(|net| net.parse().expect("a network"));
            let found = client(peer.parse().expect("an address"), told, &proxies);
            assert_eq!(found.to_string(), expected, "{peer} {told:?}");
        };
        check("203.0.113.7", &[], "203.0.113.7");
        check("203.0.113.7", &["198.51.100.1"], "203.0.113.7");
        check("10.0.0.2", &["198.51.100.1"], "198.51.100.1");
        check("::ffff:10.0.0.2", &["198.51.100.1"], "198.51.100.1");
        // What a stranger wrote before our proxy added theirs counts for nothing.
        check("10.0.0.2", &["127.0.0.1", "198.51.100.1"], "198.51.100.1");
        check("10.0.0.2", &["198.51.100.1", " 10.0.0.3 "], "198.51.100.1");
        check("10.0.0.2", &["nonsense"], "10.0.0.2");
        check("::1", &[], "::1");
    }

    #[test]
    fn only_pages_of_our_own_are_shown_again() {
        let check = |referer: &'static str, page: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8080"));
            headers.insert(header::REFERER, HeaderValue::from_static(referer));
            assert_eq!(page_before(&headers), page, "{referer}");
        };
        check(
            "http://127.0.0.1:8080/customers?query=a",
            "/customers?query=a",
        );
        check("http://127.0.0.1:8080/", "/");
        check("http://127.0.0.1:80801/x", "/");
        check("http://127.0.0.1:8080//evil.example/", "/");
        check("http://127.0.0.1:8080/\\evil.example", "/");
        check("http://evil.example/", "/");
        check("", "/");
        assert_eq!(page_before(&HeaderMap::new()), "/");
    }
}
