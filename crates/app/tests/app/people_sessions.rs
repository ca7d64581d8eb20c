//! Sessions, proofs and the second factor.

use app::App;
use app::trust::{
    Login, LoginOutcome, NewSession, Origin, Proof, RecoveryCodes, TrustRefusal, Who,
};
use domain::ids::SessionId;
use domain::time::Millis;
use domain::trust::{Permission, Role, Secret};
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};

use crate::people::{
    OWNER, PASSWORD, acting, check, claim, is_in, join, login, place, refused, secret,
};

const MINUTE: i64 = 60_000;

fn code_at(base32: &str, now: Millis) -> String {
    domain::trust::TotpSecret::new(bytes_of(base32)).code(now.0 / 30_000)
}

/// What an app does with the letters that somebody typed.
fn bytes_of(base32: &str) -> [u8; 20] {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = base32
        .chars()
        .map(|letter| format!("{:05b}", letters.find(letter).expect("base 32")))
        .collect();
    let bytes: Vec<u8> = (0..20)
        .map(|place| u8::from_str_radix(&bits[place * 8..place * 8 + 8], 2).expect("bits"))
        .collect();
    bytes.try_into().expect("twenty bytes")
}

fn with_second_factor(shop: &Fixture, session: &NewSession) -> (String, RecoveryCodes) {
    let app = shop.app();
    let who = check(app, session);
    let offer = app.second_factor_offer(&who).expect("offered");
    let base32 = offer.base32.reveal().clone();
    assert!(offer.uri.reveal().contains(&base32) && offer.uri.reveal().contains("owner%40"));
    let wrong = app.second_factor_take(&who, "000000", &place(1));
    assert_eq!(refused(wrong), TrustRefusal::WrongProof);
    let code = code_at(&base32, shop.clock().now());
    let codes = app
        .second_factor_take(&who, &code, &place(1))
        .expect("taken");
    (base32, codes)
}

fn ask_code(app: &App) -> Secret<String> {
    match app
        .sign_in(login(OWNER, PASSWORD), &place(1))
        .expect("the password is right")
    {
        LoginOutcome::Code(pass) => pass,
        LoginOutcome::In(_) => panic!("the second factor was not asked for"),
    }
}

#[test]
fn a_token_that_somebody_planted_is_none_after_the_login() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let planted = claim(app);
        let planned = Login {
            old_token: Some(planted.token.reveal().clone()),
            ..login(OWNER, PASSWORD)
        };
        let LoginOutcome::In(own) = app.sign_in(planned, &place(1)).expect("in") else {
            panic!("no code was asked for");
        };
        assert_ne!(own.token, planted.token);
        assert!(!is_in(app, &planted.token) && is_in(app, &own.token));
        // A token that nobody ever gave opens nothing, and a login makes its own.
        let invented = "ab".repeat(32);
        let fixed = Login {
            old_token: Some(invented.clone()),
            ..login(OWNER, PASSWORD)
        };
        app.sign_in(fixed, &place(1)).expect("in");
        assert!(!is_in(app, &secret(&invented)) && !is_in(app, &secret("")));
    });
}

#[test]
fn sessions_end_unused_and_after_their_time() {
    both(|engine| {
        // One writer: what is asked of the queue of jobs is done in order.
        let shop = FixtureOptions::on(engine).writers(1).open();
        let app = shop.app();
        let session = claim(app);
        for _ in 0..11 {
            shop.clock().advance(59 * MINUTE);
            assert!(is_in(app, &session.token), "used within the hour");
            app.audit_flush().expect("its use is noted");
        }
        shop.clock().advance(60 * MINUTE);
        assert!(!is_in(app, &session.token), "an hour unused");
        let LoginOutcome::In(busy) = app.sign_in(login(OWNER, PASSWORD), &place(1)).expect("in")
        else {
            panic!("no code was asked for");
        };
        for _ in 0..24 {
            assert!(is_in(app, &busy.token));
            app.audit_flush().expect("its use is noted");
            shop.clock().advance(30 * MINUTE);
        }
        assert!(!is_in(app, &busy.token), "half a day");
        let kept = Login {
            keep: true,
            ..login(OWNER, PASSWORD)
        };
        let LoginOutcome::In(kept) = app.sign_in(kept, &place(1)).expect("in") else {
            panic!("no code was asked for");
        };
        assert_eq!(kept.max_age_ms, Some(30 * Millis::DAY));
        shop.clock().advance(6 * Millis::DAY);
        assert!(is_in(app, &kept.token));
        app.audit_flush().expect("its use is noted");
        shop.clock().advance(7 * Millis::DAY);
        assert!(!is_in(app, &kept.token));
        assert!(app.people_prune().expect("pruned") > 0);
    });
}

#[test]
fn sessions_are_listed_and_ended_by_their_holder() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let owner = claim(app);
        let other = join(app, &acting(app, &owner), "two@example.com", Role::Support);
        app.sign_in(login(OWNER, PASSWORD), &place(5)).expect("in");
        let who = check(app, &owner);
        let sessions = app.sessions(&who).expect("listed");
        assert_eq!(sessions.len(), 2);
        let there = sessions
            .iter()
            .find(|it| !it.is_this)
            .expect("the other one");
        assert_eq!(
            (there.origin.as_str(), there.agent.as_str()),
            ("203.0.5.0/24", "Browser 1.0")
        );
        let there: SessionId = there.id.parse().expect("an id");
        app.session_end(&who, there, &place(1)).expect("ended");
        assert_eq!(app.sessions(&who).expect("listed").len(), 1);
        // Somebody else's session is none of theirs.
        let foreign = check(app, &other).session;
        let answer = app.session_end(&who, foreign, &place(1));
        assert_eq!(refused(answer), TrustRefusal::NoSession);
        assert!(is_in(app, &other.token));
        app.sign_out(&who, &place(1)).expect("out");
        assert!(!is_in(app, &owner.token));
        app.sign_out(&who, &place(1)).expect("twice is once");
    });
}

#[test]
fn the_sessions_of_one_person_are_bounded() {
    let shop = Fixture::new(store::Engine::Sqlite);
    let app = shop.app();
    let first = claim(app);
    for _ in 0..50 {
        shop.clock().advance(1);
        app.sign_in(login(OWNER, PASSWORD), &place(1)).expect("in");
    }
    assert_eq!(
        crate::number(&shop, "SELECT COUNT(*) AS n FROM sessions"),
        50
    );
    assert!(!is_in(app, &first.token), "the oldest made room");
}

#[test]
fn forms_are_good_in_their_own_session() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let (one, two) = (claim(app), app.sign_in(login(OWNER, PASSWORD), &place(1)));
        let Ok(LoginOutcome::In(two)) = two else {
            panic!("they are in");
        };
        let (one, other) = (check(app, &one), check(app, &two));
        let form = app.csrf(&one);
        assert!(app.csrf_check(&one, &form) && !app.csrf_check(&other, &form));
        assert!(!app.csrf_check(&one, "") && !app.csrf_check(&one, &form[..60]));
        // A proof changes the token and not the forms that are open in other tabs.
        let proof = Proof::Password(secret(PASSWORD));
        let token = app.prove(&one, &proof, &place(1)).expect("proved");
        let again = app
            .session_check(token.reveal())
            .expect("asked")
            .expect("in");
        assert!(app.csrf_check(&again, &form));
    });
}

#[test]
fn what_is_grave_needs_a_fresh_proof() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let session = claim(app);
        let other = join(
            app,
            &acting(app, &session),
            "two@example.com",
            Role::Support,
        );
        shop.clock().advance(10 * MINUTE);
        let stale = acting(app, &session);
        let answer = stale.user_disable(other.user);
        assert_eq!(refused(answer), TrustRefusal::ProofNeeded);
        let who = check(app, &session);
        assert_eq!(
            refused(app.second_factor_offer(&who)),
            TrustRefusal::ProofNeeded
        );
        let wrong = Proof::Password(secret("not this one, though"));
        assert_eq!(
            refused(app.prove(&who, &wrong, &place(1))),
            TrustRefusal::WrongProof
        );
        let right = Proof::Password(secret(PASSWORD));
        let token = app.prove(&who, &right, &place(1)).expect("proved");
        assert!(!is_in(app, &session.token), "the token of before is none");
        let fresh = app
            .session_check(token.reveal())
            .expect("asked")
            .expect("in");
        assert_eq!(fresh.session, who.session);
        let fresh = app.acting(Who::User(fresh), place(1));
        fresh.user_disable(other.user).expect("proved a moment ago");
        // A session left open lets nobody guess without end.
        let again = app
            .session_check(token.reveal())
            .expect("asked")
            .expect("in");
        let shut = (0..8).any(|_| {
            let answer = app.prove(&again, &wrong, &place(1));
            matches!(refused(answer), TrustRefusal::Shut(_))
        });
        assert!(shut);
    });
}

#[test]
fn a_second_factor_is_asked_for_and_each_code_is_good_once() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let session = claim(app);
        let elsewhere = app.sign_in(login(OWNER, PASSWORD), &place(2)).expect("in");
        let LoginOutcome::In(elsewhere) = elsewhere else {
            panic!("no code was asked for");
        };
        let (base32, codes) = with_second_factor(&shop, &session);
        assert!(
            !is_in(app, &elsewhere.token),
            "it began without the second factor"
        );
        assert!(is_in(app, &session.token));
        let pass = ask_code(app);
        let used = secret(&code_at(&base32, shop.clock().now()));
        let answer = app.sign_in_code(pass.reveal(), &used, &place(1));
        assert_eq!(
            refused(answer),
            TrustRefusal::WrongLogin,
            "the code that set it up"
        );
        shop.clock().advance(30_000);
        let fresh = secret(&code_at(&base32, shop.clock().now()));
        let inside = app
            .sign_in_code(pass.reveal(), &fresh, &place(1))
            .expect("in");
        assert!(check(app, &inside).has_second_factor);
        let answer = app.sign_in_code(pass.reveal(), &fresh, &place(1));
        assert_eq!(refused(answer), TrustRefusal::NoPass, "the pass is used");
        let pass = ask_code(app);
        let answer = app.sign_in_code(pass.reveal(), &fresh, &place(1));
        assert_eq!(
            refused(answer),
            TrustRefusal::WrongLogin,
            "a code that was used"
        );
        let paper = &codes.0.reveal()[3];
        app.sign_in_code(pass.reveal(), &secret(&paper.to_uppercase()), &place(1))
            .expect("by paper");
        let pass = ask_code(app);
        let answer = app.sign_in_code(pass.reveal(), &secret(paper), &place(1));
        assert_eq!(
            refused(answer),
            TrustRefusal::WrongLogin,
            "paper is used up too"
        );
        shop.clock().advance(5 * MINUTE);
        let answer = app.sign_in_code(pass.reveal(), &secret(&codes.0.reveal()[4]), &place(1));
        assert_eq!(refused(answer), TrustRefusal::NoPass, "they took too long");
        let answer = app.sign_in_code("", &fresh, &place(1));
        assert_eq!(refused(answer), TrustRefusal::NoPass);
    });
}

#[test]
fn guesses_at_a_code_are_throttled_and_two_at_once_use_it_once() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let (base32, _) = with_second_factor(&shop, &claim(app));
        shop.clock().advance(30_000);
        let pass = ask_code(app);
        let code = secret(&code_at(&base32, shop.clock().now()));
        let inside = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..2)
                .map(|_| {
                    let (pass, code) = (&pass, &code);
                    scope.spawn(move || app.sign_in_code(pass.reveal(), code, &place(1)).is_ok())
                })
                .collect();
            let done = tries.into_iter().map(|it| it.join().expect("no panic"));
            done.filter(|it| *it).count()
        });
        assert_eq!(inside, 1);
        let pass = ask_code(app);
        let shut = (0..8).any(|_| {
            let answer = app.sign_in_code(pass.reveal(), &secret("000000"), &place(1));
            matches!(refused(answer), TrustRefusal::Shut(_))
        });
        assert!(shut);
    });
}

#[test]
fn new_codes_on_paper_end_the_old_ones_and_the_factor_can_go() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let session = claim(app);
        let (_, old) = with_second_factor(&shop, &session);
        let who = check(app, &session);
        let new = app.recovery_codes_new(&who, &place(1)).expect("made");
        assert_eq!((old.0.reveal().len(), new.0.reveal().len()), (10, 10));
        let by = |codes: &RecoveryCodes| Proof::Code(secret(&codes.0.reveal()[0]));
        assert_eq!(
            refused(app.prove(&who, &by(&old), &place(1))),
            TrustRefusal::WrongProof
        );
        let token = app
            .prove(&who, &by(&new), &place(1))
            .expect("proved by paper");
        let who = app
            .session_check(token.reveal())
            .expect("asked")
            .expect("in");
        app.second_factor_drop(&who, &place(1)).expect("gone");
        assert_eq!(
            refused(app.recovery_codes_new(&who, &place(1))),
            TrustRefusal::NoSecondFactor
        );
        assert!(matches!(
            app.sign_in(login(OWNER, PASSWORD), &place(1)),
            Ok(LoginOutcome::In(_))
        ));
    });
}

#[test]
fn what_a_role_may_is_asked_at_every_request() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let owner = claim(app);
        let owner_acting = acting(app, &owner);
        let helper = join(app, &owner_acting, "help@example.com", Role::Support);
        let helper = acting(app, &helper);
        assert!(helper.may(Permission::SeePersonal) && !helper.may(Permission::People));
        let answer = helper.users();
        assert_eq!(
            refused(answer.map(|_| ())),
            TrustRefusal::NotPermitted(Permission::People)
        );
        let answer = helper.read(Permission::SeeFigures, |_| Ok(()));
        assert_eq!(
            refused(answer),
            TrustRefusal::NotPermitted(Permission::SeeFigures)
        );
        let machine = app.acting(Who::System, Origin::machine());
        assert_eq!(machine.users().expect("shown").len(), 2);
    });
}
