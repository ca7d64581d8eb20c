//! The people who work for the shop: the first owner, signing in, invitations, roles, leaving.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Barrier;

use app::App;
use app::trust::{
    Acting, Invitation, LetterOutcome, LetterText, Login, LoginOutcome, NewOwner, NewSession,
    Origin, Proof, SignedIn, TrustError, TrustRefusal, Who,
};
use domain::ids::UserId;
use domain::time::Millis;
use domain::trust::{PasswordFault, Permission, Role, Secret, UserState};
use store::Engine;
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::seeds::Seed;

pub(crate) const OWNER: &str = "owner@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery";
const MINUTE: i64 = 60_000;

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

pub(crate) fn place(last: u8) -> Origin {
    let address = IpAddr::V4(Ipv4Addr::new(203, 0, last, 7));
    Origin::new(address, "Browser 1.0")
}

/// The refusal of an answer that must be one.
pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<T, TrustError>) -> TrustRefusal {
    match answer.expect_err("this is refused") {
        TrustError::Refused(refusal) => refusal,
        TrustError::App(error) => panic!("{error}"),
    }
}

/// The shop's first owner, signed in.
pub(crate) fn claim(app: &App) -> NewSession {
    let token = app
        .setup_token()
        .expect("the store holds")
        .expect("nobody is here");
    let owner = NewOwner {
        email: OWNER.to_owned(),
        name: "Sara Ahmadi".to_owned(),
        password: secret(PASSWORD),
    };
    app.setup(token.reveal(), &owner, &place(1))
        .expect("the shop is claimed")
}

pub(crate) fn check(app: &App, session: &NewSession) -> SignedIn {
    let who = app
        .session_check(session.token.reveal())
        .expect("the store holds");
    who.expect("somebody is signed in")
}

pub(crate) fn is_in(app: &App, token: &Secret<String>) -> bool {
    app.session_check(token.reveal())
        .expect("the store holds")
        .is_some()
}

pub(crate) fn acting(app: &App, session: &NewSession) -> Acting {
    app.acting(Who::User(check(app, session)), place(1))
}

pub(crate) fn login(email: &str, password: &str) -> Login {
    Login {
        email: email.to_owned(),
        password: secret(password),
        keep: false,
        old_token: None,
        device: None,
    }
}

fn sign_in(app: &App, email: &str, password: &str) -> NewSession {
    match app
        .sign_in(login(email, password), &place(1))
        .expect("they may")
    {
        LoginOutcome::In(session) => session,
        LoginOutcome::Code(_) => panic!("nobody asked for a code"),
    }
}

/// Somebody of this role, who has come and chosen a password.
pub(crate) fn join(app: &App, owner: &Acting, email: &str, role: Role) -> NewSession {
    let invitation = Invitation {
        email: email.to_owned(),
        name: "Somebody Else".to_owned(),
        role,
    };
    let invited = owner.invite(&invitation, None).expect("they are asked");
    app.invitation_take(invited.token.reveal(), &secret(PASSWORD), &place(2))
        .expect("they come")
}

#[test]
fn only_whoever_sees_the_terminal_claims_the_shop_and_only_once() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        assert!(!app.is_claimed().expect("asked"));
        let owner = |password: &str| NewOwner {
            email: OWNER.to_owned(),
            name: "Sara".to_owned(),
            password: secret(password),
        };
        let first = app.setup_token().expect("asked").expect("nobody is here");
        let second = app.setup_token().expect("asked").expect("nobody is here");
        let stranger = "0".repeat(64);
        for token in [stranger.as_str(), first.reveal(), ""] {
            let answer = app.setup(token, &owner(PASSWORD), &place(1));
            assert_eq!(refused(answer), TrustRefusal::NoPass);
        }
        let weak = app.setup(second.reveal(), &owner("short"), &place(1));
        assert_eq!(
            refused(weak),
            TrustRefusal::Password(PasswordFault::TooShort)
        );
        let session = app.setup(second.reveal(), &owner(PASSWORD), &place(1));
        let who = check(app, &session.expect("the shop is claimed"));
        assert_eq!(
            (who.role, who.name.reveal().as_str()),
            (Role::Owner, "Sara")
        );
        let again = app.setup(second.reveal(), &owner(PASSWORD), &place(1));
        assert_eq!(refused(again), TrustRefusal::NoPass);
        assert!(app.setup_token().expect("asked").is_none());
    });
}

#[test]
fn two_who_claim_the_shop_at_once_are_one_owner() {
    let shop = Fixture::new(Engine::Postgres);
    let app = shop.app();
    let token = app.setup_token().expect("asked").expect("nobody is here");
    let barrier = Barrier::new(2);
    let claimed = std::thread::scope(|scope| {
        let tries: Vec<_> = ["one@example.com", "two@example.com"]
            .map(|email| {
                let (token, barrier) = (&token, &barrier);
                scope.spawn(move || {
                    let owner = NewOwner {
                        email: email.to_owned(),
                        name: "Owner".to_owned(),
                        password: secret(PASSWORD),
                    };
                    barrier.wait();
                    app.setup(token.reveal(), &owner, &place(1)).is_ok()
                })
            })
            .into();
        let done = tries.into_iter().map(|it| it.join().expect("no panic"));
        done.filter(|it| *it).count()
    });
    assert_eq!(claimed, 1);
    assert_eq!(super::number(&shop, "SELECT COUNT(*) AS n FROM users"), 1);
}

#[test]
fn nothing_in_the_store_names_those_who_work_here() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let session = claim(shop.app());
        for (name, table) in testkit::rows::tables(shop.store()) {
            for value in table.rows.iter().flatten() {
                let text = match value {
                    store::Value::Text(text) => text.clone().into_bytes(),
                    store::Value::Blob(bytes) => bytes.clone(),
                    _ => continue,
                };
                for trace in [OWNER, "Sara", PASSWORD, session.token.reveal(), "Browser"] {
                    let is_there = text.windows(trace.len()).any(|it| it == trace.as_bytes());
                    assert!(!is_there, "{name} holds {trace}");
                }
            }
        }
    });
}

#[test]
fn a_wrong_login_tells_nobody_who_has_an_account() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let owner = acting(app, &claim(app));
        let invitation = Invitation {
            email: "invited@example.com".to_owned(),
            name: "Not Yet".to_owned(),
            role: Role::Support,
        };
        owner.invite(&invitation, None).expect("asked");
        let tries = [
            (OWNER, "correct horse batterz"),
            ("nobody@example.com", PASSWORD),
            ("invited@example.com", PASSWORD),
            ("no address at all", PASSWORD),
            ("", ""),
        ];
        for (number, (email, password)) in (10..).zip(tries) {
            let answer = app.sign_in(login(email, password), &place(number));
            assert_eq!(refused(answer), TrustRefusal::WrongLogin, "{email}");
        }
        // An account that is not there is shut as one that is.
        for email in [OWNER, "nobody@example.com"] {
            let mut answers = Vec::new();
            for number in 30..36 {
                answers.push(refused(
                    app.sign_in(login(email, "wrong wrong wrong"), &place(number)),
                ));
            }
            let shut = |it: &&TrustRefusal| matches!(it, TrustRefusal::Shut(_));
            assert_eq!(
                answers.iter().filter(shut).count(),
                2,
                "{email}: {answers:?}"
            );
        }
        let session = {
            shop.clock().advance(20 * MINUTE);
            sign_in(app, "  OWNER@Example.com ", PASSWORD)
        };
        assert_eq!(check(app, &session).role, Role::Owner);
    });
}

#[test]
fn many_guesses_at_once_are_counted_one_by_one() {
    both(|engine| {
        let shop = FixtureOptions::on(engine).writers(4).open();
        let app = shop.app();
        claim(app);
        let judged = std::thread::scope(|scope| {
            let guesses: Vec<_> = (0..24)
                .map(|number| {
                    scope.spawn(move || {
                        let guess = login(OWNER, &format!("a guess, number {number}"));
                        refused(app.sign_in(guess, &place(number)))
                    })
                })
                .collect();
            let answers = guesses.into_iter().map(|it| it.join().expect("no panic"));
            answers.filter(|it| *it == TrustRefusal::WrongLogin).count()
        });
        // Four are free, the fifth shuts the door for the others.
        assert_eq!(judged, 5);
    });
}

#[test]
fn a_stranger_cannot_keep_an_owner_out_of_a_browser_that_was_theirs() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let before = claim(app);
        for number in 0..200_u8 {
            let guess = login(OWNER, "wrong wrong wrong");
            if let TrustRefusal::Shut(until) = refused(app.sign_in(guess, &place(number))) {
                shop.clock().set(until);
                refused(app.sign_in(login(OWNER, "wrong wrong wrong"), &place(number)));
            }
        }
        let strange = app.sign_in(login(OWNER, PASSWORD), &place(201));
        assert!(matches!(refused(strange), TrustRefusal::Shut(_)));
        let known = Login {
            device: Some(before.device.reveal().clone()),
            ..login(OWNER, PASSWORD)
        };
        assert!(app.sign_in(known, &place(201)).is_ok());
        // What such a browser shows is good for its own account alone, and not made by hand.
        let forged = format!("{}{}", &before.device.reveal()[..32], "0".repeat(64));
        for device in [forged, String::new(), "é".repeat(40)] {
            let forged = Login {
                device: Some(device),
                ..login(OWNER, PASSWORD)
            };
            let answer = app.sign_in(forged, &place(202));
            assert!(matches!(refused(answer), TrustRefusal::Shut(_)));
        }
        // The wait is never longer than a quarter of an hour.
        shop.clock().advance(15 * MINUTE);
        assert!(app.sign_in(login(OWNER, PASSWORD), &place(203)).is_ok());
    });
}

#[test]
fn an_own_account_opens_no_door_for_guesses_at_others() {
    let shop = Fixture::new(Engine::Sqlite);
    let app = shop.app();
    let owner = acting(app, &claim(app));
    join(app, &owner, "inside@example.com", Role::Analyst);
    let mut wrong = 0;
    let shut = (0..60).any(|number| {
        let guess = login(&format!("u{number}@example.com"), PASSWORD);
        wrong += 1;
        if let TrustRefusal::Shut(_) = refused(app.sign_in(guess, &place(9))) {
            return true;
        }
        // A right login of one's own in between takes back itself alone.
        app.sign_in(login("inside@example.com", PASSWORD), &place(9))
            .is_err()
    });
    assert!(shut && wrong <= 22, "{wrong} guesses");
}

#[test]
fn invitations_are_taken_once_and_in_time() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let owner = acting(app, &claim(app));
        let invitation = |email: &str| Invitation {
            email: email.to_owned(),
            name: "New".to_owned(),
            role: Role::Marketer,
        };
        let first = owner
            .invite(&invitation("new@example.com"), None)
            .expect("asked");
        // Asked again: the same person, and the link of before is none any more.
        let second = owner
            .invite(&invitation("New@example.com"), None)
            .expect("asked");
        assert_eq!(first.user, second.user);
        let take = |token: &str| app.invitation_take(token, &secret(PASSWORD), &place(2));
        assert_eq!(refused(take(first.token.reveal())), TrustRefusal::NoPass);
        app.invitation_check(second.token.reveal())
            .expect("it is good");
        assert_eq!(
            refused(app.reset_check(second.token.reveal())),
            TrustRefusal::NoPass
        );
        let session = take(second.token.reveal()).expect("they come");
        assert_eq!(check(app, &session).role, Role::Marketer);
        assert_eq!(refused(take(second.token.reveal())), TrustRefusal::NoPass);
        let taken = owner.invite(&invitation("new@example.com"), None);
        assert_eq!(refused(taken), TrustRefusal::AddressTaken);
        let late = owner
            .invite(&invitation("late@example.com"), None)
            .expect("asked");
        shop.clock().advance(7 * Millis::DAY);
        assert_eq!(refused(take(late.token.reveal())), TrustRefusal::NoPass);
        let bad = owner.invite(&invitation("nowhere"), None);
        assert_eq!(refused(bad), TrustRefusal::BadAddress);
    });
}

#[test]
fn two_owners_who_remove_each_other_leave_one() {
    both(|engine| {
        for round in 0..4 {
            let shop = FixtureOptions::on(engine).seed(Seed::new(round)).open();
            let app = shop.app();
            let one = claim(app);
            let two = join(app, &acting(app, &one), "two@example.com", Role::Owner);
            let pairs = [(acting(app, &one), two.user), (acting(app, &two), one.user)];
            let barrier = Barrier::new(2);
            let removed = std::thread::scope(|scope| {
                let threads: Vec<_> = pairs
                    .iter()
                    .map(|(acting, other): &(Acting, UserId)| {
                        let barrier = &barrier;
                        scope.spawn(move || {
                            barrier.wait();
                            match round % 2 {
                                0 => acting.user_disable(*other).is_ok(),
                                _ => acting.role_change(*other, Role::Analyst).is_ok(),
                            }
                        })
                    })
                    .collect();
                let done = threads.into_iter().map(|it| it.join().expect("no panic"));
                done.filter(|it| *it).count()
            });
            assert_eq!(removed, 1);
            let text = "SELECT COUNT(*) AS n FROM users
                         WHERE role = 'owner' AND state = 'active'";
            assert_eq!(super::number(&shop, text), 1);
        }
    });
}

#[test]
fn the_last_owner_stays_whoever_asks() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let session = claim(app);
        let owner = acting(app, &session);
        let id = session.user;
        let machine = app.acting(Who::System, Origin::machine());
        for acting in [&owner, &machine] {
            let tries = [
                acting.role_change(id, Role::Support),
                acting.user_disable(id),
                acting.user_erase(id),
            ];
            for answer in tries {
                assert_eq!(refused(answer), TrustRefusal::LastOwner);
            }
        }
        // One who was asked and has not come is no owner yet.
        let invitation = Invitation {
            email: "two@example.com".to_owned(),
            name: "Two".to_owned(),
            role: Role::Owner,
        };
        let invited = owner.invite(&invitation, None).expect("asked");
        assert_eq!(refused(owner.user_disable(id)), TrustRefusal::LastOwner);
        app.invitation_take(invited.token.reveal(), &secret(PASSWORD), &place(2))
            .expect("they come");
        owner
            .role_change(id, Role::Support)
            .expect("there is another");
        assert!(
            !is_in(app, &session.token),
            "the session of the old role has ended"
        );
        assert_eq!(refused(owner.user_disable(invited.user)), {
            TrustRefusal::NotPermitted(Permission::People)
        });
    });
}

#[test]
fn who_left_is_out_at_once_and_an_erased_one_is_nobody() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let owner = acting(app, &claim(app));
        let gone = join(app, &owner, "gone@example.com", Role::Support);
        owner.user_disable(gone.user).expect("disabled");
        assert!(!is_in(app, &gone.token));
        let answer = app.sign_in(login("gone@example.com", PASSWORD), &place(3));
        assert_eq!(refused(answer), TrustRefusal::WrongLogin);
        assert_eq!(
            refused(owner.user_disable(gone.user)),
            TrustRefusal::WrongState
        );
        owner.user_enable(gone.user).expect("enabled");
        sign_in(app, "gone@example.com", PASSWORD);
        owner.user_erase(gone.user).expect("erased");
        let users = owner.users().expect("shown");
        let erased = users.iter().find(|it| it.id == gone.user.to_string());
        let erased = erased.expect("the id stays");
        assert_eq!((erased.email.as_str(), erased.name.as_str()), ("", ""));
        assert_eq!(erased.state, UserState::Erased);
        assert_eq!(
            refused(owner.user_enable(gone.user)),
            TrustRefusal::WrongState
        );
        // The address is free again, for somebody who is another.
        let back = join(app, &owner, "gone@example.com", Role::Analyst);
        assert_ne!(back.user, gone.user);
        let nobody = UserId::from_bytes([9; 16]);
        assert_eq!(refused(owner.user_disable(nobody)), TrustRefusal::NoUser);
    });
}

fn compose(token: &str) -> LetterText {
    LetterText {
        subject: "A letter".to_owned(),
        text: format!("https://shop.example/reset?token={token}"),
    }
}

fn token_in(text: &LetterText) -> Secret<String> {
    let (_, token) = text.text.rsplit_once('=').expect("a link");
    secret(token)
}

#[test]
fn a_forgotten_password_is_chosen_anew_by_letter() {
    both(|engine| {
        // One writer: what is asked of the queue of jobs is done in order.
        let shop = FixtureOptions::on(engine).writers(1).open();
        let app = shop.app();
        let session = claim(app);
        for email in ["nobody@example.com", "no address"] {
            app.reset_ask(email, &place(4), compose)
                .expect("no word of it");
        }
        app.reset_ask(OWNER, &place(4), compose)
            .expect("no word of it");
        app.audit_flush().expect("what came before is done");
        assert_eq!(app.letters_waiting().expect("counted"), 1);
        let letters = app.letters_claim(10).expect("claimed");
        assert!(
            app.letters_claim(10).expect("claimed").is_empty(),
            "claimed twice"
        );
        assert_eq!(letters[0].to.reveal(), OWNER);
        app.letter_settle(&letters[0], LetterOutcome::Sent)
            .expect("settled");
        assert_eq!(app.letters_waiting().expect("counted"), 0);
        let token = token_in(&letters[0].text);
        let weak = app.reset(token.reveal(), &secret("owner@example.com"), &place(4));
        assert_eq!(
            refused(weak),
            TrustRefusal::Password(PasswordFault::HasAddress)
        );
        app.reset(
            token.reveal(),
            &secret("another horse, same battery"),
            &place(4),
        )
        .expect("chosen");
        assert!(!is_in(app, &session.token), "every session ends");
        let again = app.reset(token.reveal(), &secret(PASSWORD), &place(4));
        assert_eq!(refused(again), TrustRefusal::NoPass);
        sign_in(app, OWNER, "another horse, same battery");
        let here = app.reset_here(OWNER).expect("by the machine");
        shop.clock().advance(60 * MINUTE);
        let late = app.reset(here.reveal(), &secret(PASSWORD), &place(4));
        assert_eq!(refused(late), TrustRefusal::NoPass);
    });
}

#[test]
fn letters_are_tried_again_and_given_up() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let owner = acting(app, &claim(app));
        let invitation = Invitation {
            email: "far@example.com".to_owned(),
            name: "Far".to_owned(),
            role: Role::Analyst,
        };
        owner.invite(&invitation, Some(&compose)).expect("asked");
        let mut tries = 0;
        while app.letters_waiting().expect("counted") > 0 {
            let letters = app.letters_claim(10).expect("claimed");
            tries += letters.len();
            for letter in letters {
                app.letter_settle(&letter, LetterOutcome::Later)
                    .expect("settled");
            }
            shop.clock().advance(60 * MINUTE);
        }
        assert_eq!(tries, 12);
        owner
            .invite(&invitation, Some(&compose))
            .expect_err("the proof is old by now");
        let owner = acting(app, &sign_in(app, OWNER, PASSWORD));
        owner.invite(&invitation, Some(&compose)).expect("asked");
        // A sender that died: what it had claimed comes to another one.
        let lost = app.letters_claim(10).expect("claimed");
        shop.clock().advance(5 * MINUTE);
        let found = app.letters_claim(10).expect("claimed");
        assert_eq!((lost.len(), found.len()), (1, 1));
        app.letter_settle(&lost[0], LetterOutcome::Later)
            .expect("too late to say");
        assert!(app.letters_claim(10).expect("claimed").is_empty());
        // A letter whose link has ended is of no use.
        shop.clock().advance(8 * Millis::DAY);
        assert!(app.letters_claim(10).expect("claimed").is_empty());
        assert_eq!(app.letters_waiting().expect("counted"), 0);
    });
}

#[test]
fn letters_asked_for_without_end_are_refused() {
    both(|engine| {
        let shop = FixtureOptions::on(engine).writers(1).open();
        let app = shop.app();
        claim(app);
        for email in [OWNER, "nobody@example.com"] {
            let answers: Vec<bool> = (0..5)
                .map(|number| app.reset_ask(email, &place(number), compose).is_ok())
                .collect();
            assert_eq!(answers, [true, true, true, false, false], "{email}");
        }
        app.audit_flush().expect("what came before is done");
    });
}

#[test]
fn a_password_is_changed_by_whoever_knows_it() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let (here, there) = (claim(app), sign_in(app, OWNER, PASSWORD));
        let who = check(app, &here);
        let new = secret("a password that is new");
        let wrong = app.password_change(&who, &secret("not the password"), &new, &place(1));
        assert_eq!(refused(wrong), TrustRefusal::WrongProof);
        let token = app.password_change(&who, &secret(PASSWORD), &new, &place(1));
        let token = token.expect("changed");
        assert!(is_in(app, &token));
        assert!(!is_in(app, &here.token) && !is_in(app, &there.token));
        sign_in(app, OWNER, "a password that is new");
        let proved = app.prove(&who, &Proof::Password(new), &place(1));
        assert_eq!(
            refused(proved),
            TrustRefusal::NotSignedIn,
            "an old token proves nothing"
        );
    });
}
