//! Refresh tokens: one use each, whatever is lost, repeated, copied or restarted.

use std::collections::BTreeMap;
use std::sync::Arc;

use api_spec::session::{AccessToken, Renewal};
use serde_json::json;
use tests::actor::{ADMINISTRATOR, fresh_key, session};
use tests::http::{Answer, Call};
use tests::prover::Prover;
use tests::server::{Beside, PASSWORD};
use tests::{Person, Phone, Server, on_both_databases};

use crate::search::run_sql;

const PUBLIC: &str = "https://palm.example";
const SECOND_MS: i64 = 1000;
const DAY_MS: i64 = 24 * 60 * 60 * SECOND_MS;

/// A client with a key, and the processes that it may ask.
struct Client<'s> {
    server: &'s Server,
    prover: Arc<Prover>,
    phone: Option<Phone<'s>>,
}

/// A renewal that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Renewed {
    access: String,
    refresh: String,
}

fn read(server: &Server, answer: &Answer) -> Renewed {
    let token: AccessToken = answer.read();
    let refresh = token.refresh_token.unwrap();
    server.confides(&token.access_token);
    server.confides(&refresh);
    assert_eq!(token.token_type, "DPoP");
    Renewed { access: token.access_token, refresh }
}

impl<'s> Client<'s> {
    /// Somebody who signs in with a password and a proof.
    fn sign_in(server: &'s Server, login: &str) -> (Self, Renewed) {
        let prover = Arc::new(Prover::at(fresh_key(), PUBLIC));
        let body = json!({"login": login, "password": PASSWORD});
        let answer = server.call("POST", "/v1/sessions").proved(&prover).json(&body).send().expect(201);
        (Self { server, prover, phone: None }, read(server, &answer))
    }

    /// A phone.
    fn phone(server: &'s Server, login: &str) -> (Self, Renewed) {
        let phone = Phone::by_public_address(server, login, PUBLIC);
        let renewed = read(server, &phone.ask_for_token().expect(201));
        (Self { server, prover: Arc::clone(phone.prover.as_ref().unwrap()), phone: Some(phone) }, renewed)
    }

    fn renew(&self, refresh: &str) -> Answer {
        ask(&self.server.address(), refresh, &self.prover)
    }

    /// The status of a request with an access token.
    fn me(&self, access: &str) -> u16 {
        self.server.call("GET", "/v1/me").bound_token(&self.prover, access).send().status
    }

    fn renewed(&self, refresh: &str) -> Renewed {
        read(self.server, &self.renew(refresh).expect(201))
    }
}

/// Renews at one of the processes.
fn ask(address: &str, refresh: &str, prover: &Arc<Prover>) -> Answer {
    let call = Call::new("POST", &format!("http://{address}/v1/sessions/refresh"));
    call.proved(prover).json(&Renewal { refresh_token: refresh.to_owned() }).send()
}

fn ended() -> (u16, String) {
    (401, "unauthenticated".to_owned())
}

fn public(server: &Server) {
    server.start_with(&[("PALM_PUBLIC_ADDRESS", PUBLIC)]);
}

/// As if the clock had gone on by this much since the tokens were used and the sessions begun.
fn later(server: &Server, ms: i64) {
    run_sql(server, &format!("UPDATE refresh_token SET consumed_ms = consumed_ms - {ms}"));
    run_sql(server, &format!("UPDATE refresh_family SET used_ms = used_ms - {ms}, begun_ms = begun_ms - {ms}"));
}

/// The kinds of events that the person reads about their account.
fn events(server: &Server, login: &str) -> Vec<String> {
    let events = Person::sign_in(server, login).call("GET", "/v1/account-events").send().expect(200).json();
    let kind = |event: &serde_json::Value| event["kind"].as_str().unwrap().to_owned();
    events["items"].as_array().unwrap().iter().map(kind).collect()
}

on_both_databases! {
    fn check_13_a_token_that_was_renewed_is_used_up_and_a_later_use_ends_the_session(server) {
        public(server);
        let (client, first) = Client::phone(server, "officer-a");
        let second = client.renewed(&first.refresh);
        assert_ne!(first.refresh, second.refresh);
        let third = client.renewed(&second.refresh);
        assert_eq!(client.me(&third.access), 200);
        assert_eq!(client.renew(&first.refresh).refusal(), ended(), "its successor was used");
        assert_eq!(client.renew(&third.refresh).refusal(), ended(), "the whole family");
        assert_eq!(client.me(&third.access), 401, "and its access tokens, with the next request");
        assert!(events(server, "officer-a").contains(&"refresh_token_copied".to_owned()));
        server.start_again();
        assert_eq!(client.renew(&third.refresh).refusal(), ended());
        let (client, fresh) = Client::phone(server, "officer-a");
        assert_eq!(client.me(&fresh.access), 200, "the phone signs a challenge and goes on");
    }

    fn check_13_of_fifty_renewals_at_once_one_counts_and_a_later_use_ends_the_session(server) {
        public(server);
        let (client, first) = Client::phone(server, "officer-a");
        let beside = server.beside();
        let addresses = [server.address(), beside.address().to_owned()];
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let racing: Vec<_> = (0..50)
                .map(|place| {
                    let (address, client, first) = (&addresses[place % 2], &client, &first);
                    scope.spawn(move || ask(address, &first.refresh, &client.prover))
                })
                .collect();
            racing.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let successors: std::collections::BTreeSet<String> = answers
            .iter()
            .filter(|answer| answer.status == 201)
            .map(|answer| read(server, answer).refresh)
            .collect();
        assert_eq!(successors.len(), 1, "exactly one successor");
        let second = successors.first().unwrap();
        let third = client.renewed(second);
        later(server, 61 * SECOND_MS);
        assert_eq!(client.renew(&first.refresh).refusal(), ended());
        assert_eq!(client.renew(&third.refresh).refusal(), ended());
    }

    fn check_13_a_use_with_another_key_ends_the_session_and_is_told(server) {
        public(server);
        let (client, first) = Client::sign_in(server, "officer-b");
        let thief = Arc::new(Prover::at(fresh_key(), PUBLIC));
        assert_eq!(ask(&server.address(), &first.refresh, &thief).refusal(), ended());
        assert_eq!(client.renew(&first.refresh).refusal(), ended());
        assert_eq!(client.me(&first.access), 401);
        assert_eq!(events(server, "officer-b").iter().filter(|kind| *kind == "refresh_token_copied").count(), 1);
        let (client, first) = Client::sign_in(server, "officer-b");
        let bare = server.call("POST", "/v1/sessions/refresh").json(&Renewal { refresh_token: first.refresh.clone() });
        assert_eq!(bare.send().refusal(), (401, "invalid_dpop_proof".to_owned()), "without a proof nothing happens");
        let _ = client.renewed(&first.refresh);
    }

    fn check_14_a_lost_answer_is_repeated_within_a_minute_and_not_later(server) {
        public(server);
        let (client, first) = Client::phone(server, "officer-a");
        let second = client.renewed(&first.refresh);
        later(server, 59 * SECOND_MS);
        let again = client.renewed(&first.refresh);
        assert_eq!(again.refresh, second.refresh, "the same successor");
        assert_eq!([client.me(&second.access), client.me(&again.access)], [200, 200]);
        server.start_again();
        assert_eq!(client.renewed(&first.refresh).refresh, second.refresh, "also after a restart");
        later(server, 2 * SECOND_MS);
        assert_eq!(client.renew(&first.refresh).refusal(), ended(), "after more than a minute");
        assert_eq!(client.renew(&second.refresh).refusal(), ended());
    }

    fn a_session_ends_a_week_after_its_last_use_and_thirty_days_after_it_began(server) {
        public(server);
        let (client, first) = Client::phone(server, "officer-a");
        later(server, 7 * DAY_MS - SECOND_MS * 20);
        let second = client.renewed(&first.refresh);
        later(server, 7 * DAY_MS);
        assert_eq!(client.renew(&second.refresh).refusal(), ended(), "a week without use");
        let (client, first) = Client::phone(server, "officer-a");
        let mut last = first.refresh;
        for _ in 0..4 {
            later(server, 6 * DAY_MS);
            last = client.renewed(&last).refresh;
        }
        later(server, 6 * DAY_MS - SECOND_MS * 20);
        last = client.renewed(&last).refresh;
        later(server, SECOND_MS * 20);
        assert_eq!(client.renew(&last).refusal(), ended(), "thirty days in all");
        let (client, first) = Client::phone(server, "officer-a");
        later(server, -365 * DAY_MS);
        assert_eq!(client.renew(&first.refresh).refusal(), ended(), "begun by a clock that was ahead");
    }

    fn check_15_what_ends_the_sessions_of_a_person_ends_their_refresh_tokens_with_the_next_request(server) {
        public(server);
        let beside = server.beside();
        let administrator = Person::sign_in(server, ADMINISTRATOR);
        // Signing out.
        let (client, first) = Client::phone(server, "officer-a");
        let end = server.call("POST", "/v1/sessions/end").bound_token(&client.prover, &first.access);
        let _ = end.send().expect(204);
        assert_eq!((client.me(&first.access), client.renew(&first.refresh).refusal()), (401, ended()));
        let bearer = Person::sign_in(server, "officer-a");
        assert_eq!(bearer.call("POST", "/v1/sessions/end").send().refusal(), (404, "not_found".to_owned()));
        // The phone is revoked, and the other process is asked.
        let (client, first) = Client::phone(server, "officer-a");
        administrator.revoke(client.phone.as_ref().unwrap().device);
        let refused = ask(beside.address(), &first.refresh, &client.prover);
        assert_eq!(refused.refusal(), (403, "device_revoked".to_owned()));
        assert_eq!(client.renew(&first.refresh).refusal(), ended());
        // A new password.
        let (client, first) = Client::sign_in(server, "officer-b");
        let change = json!({"present": PASSWORD, "new": "nine herons over the gorge"});
        let changed = Person::sign_in(server, "officer-b").call("POST", "/v1/me/password").json(&change).send();
        assert!(changed.status < 300, "{}", changed.text());
        assert_eq!(ask(beside.address(), &first.refresh, &client.prover).refusal(), ended());
        assert_eq!(client.me(&first.access), 401);
        assert_eq!(session(server, "officer-b", "nine herons over the gorge").status, 201);
    }

    fn what_is_no_refresh_token_is_refused_alike(server) {
        public(server);
        let (client, first) = Client::phone(server, "officer-a");
        for wrong in ["", "x", &"A".repeat(43), &first.access, &format!("{}A", first.refresh), &"A".repeat(5000)] {
            let refused = client.renew(wrong);
            assert_eq!(refused.refusal(), ended(), "{wrong}");
        }
        let _ = client.renewed(&first.refresh);
    }

    fn check_13_whatever_happens_in_whatever_order_one_key_holds_one_session(server) {
        public(server);
        for seed in 1..=3 {
            Model::begin(server, seed).run(40);
        }
    }
}

/// A session as the promises say it must be, driven by a seed beside the real one.
struct Model<'s> {
    client: Client<'s>,
    beside: Option<Beside>,
    /// Every token that was given, the newest last.
    given: Vec<String>,
    access: String,
    /// Milliseconds since a token was used, by its place.
    used: BTreeMap<usize, i64>,
    alive: bool,
    revoked: bool,
    chance: u64,
}

impl<'s> Model<'s> {
    fn begin(server: &'s Server, seed: u64) -> Self {
        let (client, first) = Client::phone(server, "officer-a");
        let (given, access) = (vec![first.refresh], first.access);
        let beside = Some(server.beside());
        Self { client, beside, given, access, used: BTreeMap::new(), alive: true, revoked: false, chance: seed }
    }

    /// SplitMix64, so that every run with the same seed is the same.
    fn draw(&mut self, below: usize) -> usize {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.chance ^ self.chance >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ mixed >> 31) % u64::try_from(below).unwrap()).unwrap()
    }

    fn run(mut self, steps: usize) {
        for step in 0..steps {
            match self.draw(16) {
                0..=6 => self.renew(self.given.len() - 1, step),
                // The answer was lost, or an old token turns up.
                7..=9 => self.renew(self.given.len().saturating_sub(2), step),
                10 if step > steps / 2 => {
                    let place = self.draw(self.given.len());
                    self.renew(place, step);
                }
                11 => {
                    let ms = [SECOND_MS, 61 * SECOND_MS][self.draw(2)];
                    later(self.client.server, ms);
                    self.used.values_mut().for_each(|since| *since += ms);
                }
                12 => {
                    self.beside = None;
                    self.client.server.start_again();
                    self.beside = Some(self.client.server.beside());
                }
                13 if step > steps * 3 / 4 => {
                    let device = self.client.phone.as_ref().unwrap().device;
                    Person::sign_in(self.client.server, ADMINISTRATOR).revoke(device);
                    self.revoked = true;
                }
                _ => {
                    let stands = self.alive && !self.revoked;
                    assert_eq!(self.client.me(&self.access) == 200, stands, "step {step}: the access token");
                }
            }
        }
    }

    /// Uses a token at one of the processes, and compares the answer with what must be.
    fn renew(&mut self, place: usize, step: usize) {
        let newest = self.given.len() - 1;
        let address = match (self.draw(2), &self.beside) {
            (1, Some(beside)) => beside.address().to_owned(),
            _ => self.client.server.address(),
        };
        let answer = ask(&address, &self.given[place], &self.client.prover);
        // Used for the first time, or a moment ago and its successor never was. Real time goes on too, by much less.
        let first = place == newest;
        let again = place + 1 == newest && self.used[&place] < 60 * SECOND_MS;
        let fine = self.alive && !self.revoked && (first || again);
        assert_eq!(answer.status == 201, fine, "step {step}, token {place} of {newest}: {}", answer.text());
        if !fine {
            self.alive = false;
            return;
        }
        let renewed = read(self.client.server, &answer);
        self.access = renewed.access;
        if first {
            self.used.insert(place, 0);
            self.given.push(renewed.refresh);
        } else {
            assert_eq!(renewed.refresh, self.given[newest], "step {step}: the same successor");
        }
    }
}
