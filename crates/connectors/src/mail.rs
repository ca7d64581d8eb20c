//! Letters over SMTP, to a server that the shop names.
//!
//! One connection a letter: these are the few letters to the people who work here. Every wait is
//! bounded, encryption is asked for and not hoped for, and neither a password nor what a server
//! says (it may repeat an address) is in any error.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use domain::trust::Secret;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{SmtpTransport, Transport};

/// The longest wait for one answer of the server. RFC 5321 §4.5.3.2 would wait for minutes; a
/// letter that is not sent now is tried again.
const ANSWER_WAIT: Duration = Duration::from_secs(30);
const SUBJECT_CHARACTERS_MAX: usize = 200;
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// How the way to the server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS by STARTTLS (port 587); a server that does not offer it gets nothing.
    StartTls,
    /// None: only to this machine itself.
    None,
}

/// The server and who the shop is to it.
#[derive(Debug, Clone)]
pub struct MailOptions {
    /// The server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is kept from others.
    pub security: Security,
    /// The name and the password of the shop's account there, if it wants them.
    pub login: Option<(String, Secret<String>)>,
    /// From whom letters come: `Shop <shop@example.com>`.
    pub from: String,
    /// The longest wait for one answer; none for the usual one.
    pub answer_wait: Option<Duration>,
}

impl MailOptions {
    /// Reads an address such as `smtps://name:password@mail.example.com` (TLS),
    /// `smtp://name:password@mail.example.com:587` (STARTTLS) or `smtp+plain://127.0.0.1:1025`
    /// (no encryption, to this machine alone). `%40` in a name or password is `@`, and so on.
    ///
    /// # Errors
    /// What is wrong with it, without repeating it.
    pub fn parse(address: &str, from: &str) -> Result<Self, MailConfigError> {
        let (scheme, rest) = address.split_once("://").ok_or(MailConfigError::Scheme)?;
        let (security, usual_port) = match scheme {
            "smtps" => (Security::Tls, 465),
            "smtp" => (Security::StartTls, 587),
            "smtp+plain" => (Security::None, 25),
            _ => return Err(MailConfigError::Scheme),
        };
        let rest = rest.trim_end_matches('/');
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(read_login(login)?), place),
            None => (None, rest),
        };
        let (host, port) = read_place(place).ok_or(MailConfigError::Place)?;
        Ok(Self {
            host,
            port: port.unwrap_or(usual_port),
            security,
            login,
            from: from.to_owned(),
            answer_wait: None,
        })
    }
}

fn read_login(text: &str) -> Result<(String, Secret<String>), MailConfigError> {
    let (name, password) = text.split_once(':').ok_or(MailConfigError::Login)?;
    let name = percent_decode(name).ok_or(MailConfigError::Login)?;
    let password = percent_decode(password).ok_or(MailConfigError::Login)?;
    Ok((name, Secret::new(password)))
}

fn read_place(place: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let is_host = |sign: char| sign.is_ascii_alphanumeric() || ".-:".contains(sign);
    let port = port.map(str::parse).transpose().ok()?;
    (!host.is_empty() && host.chars().all(is_host)).then(|| (host.to_owned(), port))
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let (digits, after) = after.split_first_chunk::<2>()?;
            let digits = str::from_utf8(digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// What is wrong with the address of a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailConfigError {
    /// It does not begin as one.
    Scheme,
    /// Name and password are not two, or wrongly written.
    Login,
    /// The server or the port cannot be read.
    Place,
    /// The way there would be open, and it leaves this machine.
    Open,
    /// The sender is no address.
    From,
    /// Encryption could not be set up here.
    Tls,
}

impl fmt::Display for MailConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => {
                "the mail server is named smtps://host (TLS), smtp://host (STARTTLS) or \
                 smtp+plain://127.0.0.1:port"
            }
            Self::Login => "name and password of the mail server are written name:password@",
            Self::Place => "the mail server's name or port cannot be read",
            Self::Open => "without encryption letters may go to this machine alone",
            Self::From => "the sender of letters is no address: write Shop <shop@example.com>",
            Self::Tls => "encryption could not be set up: this machine knows no certificates",
        })
    }
}

impl std::error::Error for MailConfigError {}

/// Why a letter was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFailure {
    /// The server cannot be reached, went away, or speaks no SMTP.
    Unreachable,
    /// It did not answer in time.
    TooSlow,
    /// The way there could not be encrypted.
    NotPrivate,
    /// It does not take the shop's name and password.
    Login,
    /// It does not take the letter now (RFC 5321: 4yz).
    NotNow,
    /// It never will (5yz).
    Never,
    /// The address or the text cannot be sent at all.
    Unsendable,
}

impl MailFailure {
    /// Whether the same letter may go through later. What is wrong with the way or the account
    /// can be mended; what is wrong with the letter cannot.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        !matches!(self, Self::Never | Self::Unsendable)
    }
}

impl fmt::Display for MailFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "the mail server cannot be reached or went away",
            Self::TooSlow => "the mail server did not answer in time",
            Self::NotPrivate => "the way to the mail server could not be encrypted",
            Self::Login => "the mail server does not take the shop's name and password",
            Self::NotNow => "the mail server does not take the letter now",
            Self::Never => "the mail server will not take the letter",
            Self::Unsendable => "the address or the text cannot be sent",
        })
    }
}

impl std::error::Error for MailFailure {}

/// Sends letters.
pub struct Mailer {
    transport: SmtpTransport,
    from: Mailbox,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailer")
    }
}

impl Mailer {
    /// A mailer with these options; nothing is sent or opened yet.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(options: &MailOptions) -> Result<Self, MailConfigError> {
        let from: Mailbox = options.from.parse().map_err(|_| MailConfigError::From)?;
        let tls = || TlsParameters::new(options.host.clone()).map_err(|_| MailConfigError::Tls);
        let tls = match options.security {
            Security::Tls => Tls::Wrapper(tls()?),
            Security::StartTls => Tls::Required(tls()?),
            Security::None if is_this_machine(&options.host) => Tls::None,
            Security::None => return Err(MailConfigError::Open),
        };
        let name = ClientId::Domain(from.email.domain().to_owned());
        let mut builder = SmtpTransport::builder_dangerous(&options.host)
            .port(options.port)
            .tls(tls)
            .hello_name(name)
            .timeout(Some(options.answer_wait.unwrap_or(ANSWER_WAIT)));
        if let Some((name, password)) = &options.login {
            let login = Credentials::new(name.clone(), password.reveal().clone());
            builder = builder.credentials(login);
        }
        Ok(Self {
            transport: builder.build(),
            from,
        })
    }

    /// Sends one letter and waits for the server's word. `name` becomes its Message-ID: a letter
    /// that is sent twice because that word was lost is the same letter to whoever gets it.
    /// Never to be called in a transaction.
    ///
    /// # Errors
    /// Why it was not sent, or may not have been.
    pub fn send(&self, name: &str, to: &str, subject: &str, text: &str) -> Result<(), MailFailure> {
        let to: Mailbox = to.parse().map_err(|_| MailFailure::Unsendable)?;
        if text.len() > TEXT_BYTES_MAX {
            return Err(MailFailure::Unsendable);
        }
        let subject = subject.chars().filter(|it| !it.is_control());
        let subject: String = subject.take(SUBJECT_CHARACTERS_MAX).collect();
        let message = Message::builder()
            .message_id(Some(format!("<{name}@{}>", self.from.email.domain())))
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .map_err(|_| MailFailure::Unsendable)?;
        self.transport
            .send(&message)
            .map(|_| ())
            .map_err(|error| failure_of(&error))
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// What an error means, without what the server said.
fn failure_of(error: &lettre::transport::smtp::Error) -> MailFailure {
    if let Some(code) = error.status() {
        // RFC 4954 §6: what concerns the login and not the letter.
        return match u16::from(code) {
            454 | 530 | 534 | 535 | 538 => MailFailure::Login,
            500..=599 => MailFailure::Never,
            _ => MailFailure::NotNow,
        };
    }
    if error.is_timeout() || is_slow(error) {
        MailFailure::TooSlow
    } else if error.is_tls() || error.is_client() {
        // Of the client's own refusals: the server offers less than was asked for.
        MailFailure::NotPrivate
    } else {
        MailFailure::Unreachable
    }
}

/// A socket that was waited for long enough says on some systems that it would go on waiting.
fn is_slow(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    std::iter::successors(Some(error), |error| error.source())
        .filter_map(|error| error.downcast_ref::<std::io::Error>())
        .any(|error| [TimedOut, WouldBlock].contains(&error.kind()))
}

#[cfg(test)]
#[path = "mail/tests.rs"]
mod tests;
