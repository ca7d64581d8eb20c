//! Against a real server on a real socket, with good manners and with bad ones.

use testkit::smtp::{MailServer, Manners};

use super::*;

fn options(server: &MailServer) -> MailOptions {
    let address = format!("smtp+plain://shop:p%40ss@{}", server.address());
    MailOptions::parse(&address, "The Shop <shop@example.com>").expect("it is read")
}

fn send(server: &MailServer, to: &str) -> Result<(), MailFailure> {
    let mailer = Mailer::new(&options(server)).expect("it is set up");
    mailer.send(
        "let_1",
        to,
        "Come in\r\nBcc: all@example.com",
        "Hello\n.\nسلام\n",
    )
}

#[test]
fn a_letter_arrives_as_it_was_written() {
    let server = MailServer::start(Manners::Takes);
    send(&server, "sara@example.com").expect("sent");
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.from, "shop@example.com");
    assert_eq!(mail.to, ["sara@example.com"]);
    assert!(
        mail.text.contains("Message-ID: <let_1@example.com>"),
        "{}",
        mail.text
    );
    assert!(
        !mail.text.contains("\nBcc:"),
        "a subject is one line: {}",
        mail.text
    );
    assert!(mail.text.contains("charset=utf-8"), "{}", mail.text);
    let heard = server.heard();
    assert!(heard[0].starts_with("EHLO example.com"), "{heard:?}");
    assert!(heard[1].starts_with("AUTH PLAIN"), "{heard:?}");
}

#[test]
fn every_bad_manner_is_told_apart() {
    let check = |manners: Manners, expected: MailFailure, may_pass: bool| {
        let server = MailServer::start(manners);
        let answer = send(&server, "sara@example.com");
        assert_eq!(answer, Err(expected), "{manners:?}");
        assert_eq!(expected.may_pass(), may_pass, "{manners:?}");
        assert!(manners == Manners::HangsUpAfter || server.mails().is_empty());
    };
    check(Manners::NotNow, MailFailure::NotNow, true);
    check(Manners::Never, MailFailure::Never, false);
    check(Manners::NoLogin, MailFailure::Login, true);
    check(Manners::HangsUp, MailFailure::Unreachable, true);
    check(Manners::HangsUpAfter, MailFailure::Unreachable, true);
    check(Manners::Babbles, MailFailure::Unreachable, true);
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let server = MailServer::start(Manners::Silent);
    let options = MailOptions {
        answer_wait: Some(Duration::from_millis(50)),
        ..options(&server)
    };
    let mailer = Mailer::new(&options).expect("it is set up");
    let answer = mailer.send("let_1", "sara@example.com", "Come", "in");
    assert_eq!(answer, Err(MailFailure::TooSlow));
}

#[test]
fn a_server_that_is_gone_cannot_be_reached() {
    let server = MailServer::start(Manners::Takes);
    let mailer = Mailer::new(&options(&server)).expect("it is set up");
    drop(server);
    let answer = mailer.send("let_1", "sara@example.com", "Come", "in");
    assert_eq!(answer, Err(MailFailure::Unreachable));
}

#[test]
fn without_encryption_nothing_is_said_to_a_server_that_should_have_it() {
    let server = MailServer::start(Manners::Takes);
    let options = MailOptions {
        host: "localhost".to_owned(),
        security: Security::StartTls,
        ..options(&server)
    };
    let mailer = Mailer::new(&options).expect("it is set up");
    let answer = mailer.send("let_1", "sara@example.com", "Come", "in");
    assert_eq!(answer, Err(MailFailure::NotPrivate));
    assert!(server.mails().is_empty());
    let heard = server.heard().join("\n");
    assert!(
        !heard.contains("AUTH") && !heard.contains("MAIL"),
        "{heard}"
    );
}

#[test]
fn no_letter_goes_to_what_is_no_address() {
    let server = MailServer::start(Manners::Takes);
    for to in ["", "sara", "sara@example.com>\r\nRCPT TO:<all@example.com"] {
        assert_eq!(send(&server, to), Err(MailFailure::Unsendable), "{to}");
    }
    let mailer = Mailer::new(&options(&server)).expect("it is set up");
    let long = "a".repeat(TEXT_BYTES_MAX + 1);
    let answer = mailer.send("let_1", "sara@example.com", "Come", &long);
    assert_eq!(answer, Err(MailFailure::Unsendable));
    assert!(server.heard().is_empty());
}

#[test]
fn servers_are_named_by_address() {
    let from = "shop@example.com";
    let read = |address: &str| {
        MailOptions::parse(address, from).map(|it| {
            let login = it
                .login
                .map(|(name, password)| format!("{name}:{}", password.reveal()));
            (it.host, it.port, it.security, login.unwrap_or_default())
        })
    };
    let check = |address: &str, host: &str, port: u16, security: Security, login: &str| {
        let expected = (host.to_owned(), port, security, login.to_owned());
        assert_eq!(read(address), Ok(expected), "{address}");
    };
    let host = "mail.example.com";
    check("smtps://mail.example.com", host, 465, Security::Tls, "");
    check(
        "smtp://a%40b:c:d@mail.example.com/",
        host,
        587,
        Security::StartTls,
        "a@b:c:d",
    );
    check("smtp+plain://[::1]:1025", "::1", 1_025, Security::None, "");
    assert_eq!(read("mail.example.com"), Err(MailConfigError::Scheme));
    assert_eq!(
        read("http://mail.example.com"),
        Err(MailConfigError::Scheme)
    );
    assert_eq!(
        read("smtps://name@mail.example.com"),
        Err(MailConfigError::Login)
    );
    assert_eq!(
        read("smtps://a:%4@mail.example.com"),
        Err(MailConfigError::Login)
    );
    assert_eq!(
        read("smtps://mail.example.com:x"),
        Err(MailConfigError::Place)
    );
    assert_eq!(read("smtps://"), Err(MailConfigError::Place));
    let open = MailOptions::parse("smtp+plain://mail.example.com", from).expect("it is read");
    assert_eq!(Mailer::new(&open).err(), Some(MailConfigError::Open));
    let nobody = MailOptions::parse("smtps://mail.example.com", "nobody").expect("it is read");
    assert_eq!(Mailer::new(&nobody).err(), Some(MailConfigError::From));
    let printed = format!("{:?}", MailOptions::parse("smtps://a:hush@b.example", from));
    assert!(!printed.contains("hush"), "{printed}");
}
