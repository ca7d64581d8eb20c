//! Letters on their way: claimed from the store, sent over SMTP, settled in the store. No
//! transaction is open while a server is spoken to.

use app::trust::LetterOutcome;
use app::{App, AppError};
use clap::Args;
use connectors::mail::{MailOptions, Mailer};

use crate::commands::Failure;

/// Letters that one look claims: few, so that another node has its share.
const LETTERS_PER_LOOK: u32 = 20;

/// The mail server of the shop.
#[derive(Debug, Clone, Args)]
pub(crate) struct MailArguments {
    /// The mail server for invitations and forgotten passwords: smtps://name:password@host, or
    /// smtp:// with STARTTLS. Better in the environment than in the list of processes. Without
    /// one, whoever invites is shown the link.
    #[arg(
        long,
        env = "FANOUS_SMTP",
        hide_env_values = true,
        requires = "mail_from"
    )]
    smtp: Option<String>,
    /// From whom letters come: Shop <shop@example.com>
    #[arg(long, env = "FANOUS_MAIL_FROM")]
    mail_from: Option<String>,
}

impl MailArguments {
    /// The mailer, if there is a server; nothing is opened yet.
    pub(crate) fn mailer(&self) -> Result<Option<Mailer>, Failure> {
        let Some(smtp) = &self.smtp else {
            return Ok(None);
        };
        let from = self.mail_from.as_deref().unwrap_or_default();
        let options = MailOptions::parse(smtp, from).map_err(Failure::wrong_use)?;
        Mailer::new(&options).map(Some).map_err(Failure::wrong_use)
    }
}

/// Sends what is due; how many letters went out.
pub(crate) fn send_due(app: &App, mailer: &Mailer) -> Result<usize, AppError> {
    let mut sent = 0;
    for letter in app.letters_claim(LETTERS_PER_LOOK)? {
        let (to, text) = (letter.to.reveal(), &letter.text);
        let outcome = match mailer.send(&letter.id.to_string(), to, &text.subject, &text.text) {
            Ok(()) => {
                sent += 1;
                LetterOutcome::Sent
            }
            Err(failure) => {
                // Neither the address nor the link is in a failure.
                tracing::warn!(letter = %letter.id, %failure, "a letter was not sent");
                match failure.may_pass() {
                    true => LetterOutcome::Later,
                    false => LetterOutcome::Refused,
                }
            }
        };
        app.letter_settle(&letter, outcome)?;
    }
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::trust::{Invitation, LetterText, Origin, Who};
    use domain::trust::Role;
    use store::Engine;
    use testkit::fixture::Fixture;
    use testkit::smtp::{MailServer, Manners};

    fn mailer(server: &MailServer) -> Mailer {
        let arguments = MailArguments {
            smtp: Some(format!("smtp+plain://{}", server.address())),
            mail_from: Some("Shop <shop@example.com>".to_owned()),
        };
        let mailer = arguments.mailer().expect("it is set up");
        mailer.expect("there is a server")
    }

    fn invite(shop: &Fixture) {
        let machine = shop.app().acting(Who::System, Origin::machine());
        let invitation = Invitation {
            email: "new@example.com".to_owned(),
            name: "New".to_owned(),
            role: Role::Support,
        };
        let compose = |token: &str| LetterText {
            subject: "Come in".to_owned(),
            text: format!("token={token}\n"),
        };
        machine.invite(&invitation, Some(&compose)).expect("asked");
    }

    #[test]
    fn an_invitation_arrives_once_by_whatever_way_it_takes() {
        let shop = Fixture::new(Engine::Sqlite);
        invite(&shop);
        let due = |manners: Manners| {
            let server = MailServer::start(manners);
            let sent = send_due(shop.app(), &mailer(&server)).expect("the store holds");
            shop.clock().advance(60 * 60_000);
            (sent, server.mails())
        };
        for manners in [Manners::NotNow, Manners::HangsUp, Manners::NoLogin] {
            let (sent, mails) = due(manners);
            // This server is not asked for a login, so it cannot refuse one.
            let arrives = manners == Manners::NoLogin;
            assert_eq!(
                (sent, mails.len()),
                (usize::from(arrives), usize::from(arrives))
            );
        }
        assert_eq!(shop.app().letters_waiting().expect("counted"), 0);
        assert_eq!(due(Manners::Takes).0, 0, "it was sent before");
    }

    #[test]
    fn a_letter_whose_receipt_was_lost_is_the_same_letter_again() {
        let shop = Fixture::new(Engine::Sqlite);
        invite(&shop);
        let mut names = Vec::new();
        for manners in [Manners::HangsUpAfter, Manners::Takes] {
            let server = MailServer::start(manners);
            send_due(shop.app(), &mailer(&server)).expect("the store holds");
            shop.clock().advance(60 * 60_000);
            let text = server.mails().remove(0).text;
            let name = text.lines().find(|line| line.starts_with("Message-ID"));
            names.push(name.expect("it has a name").to_owned());
        }
        assert_eq!(names[0], names[1]);
        assert_eq!(shop.app().letters_waiting().expect("counted"), 0);
    }

    #[test]
    fn a_letter_that_nobody_will_ever_take_is_given_up() {
        let shop = Fixture::new(Engine::Sqlite);
        invite(&shop);
        let server = MailServer::start(Manners::Never);
        assert_eq!(
            send_due(shop.app(), &mailer(&server)).expect("the store holds"),
            0
        );
        assert_eq!(shop.app().letters_waiting().expect("counted"), 0);
    }
}
