//! The server is killed and the phone repeats its push: one effect, the same receipt.

use sync_core::change::Change;
use sync_core::message::{Class, Pushed};
use tests::actor::wait_ms;
use tests::link::kill_at_first_answer_byte;
use tests::{Phone, on_both_databases};

fn three_changes(phone: &mut Phone<'_>) -> Vec<Change> {
    let opening = phone.open_case(&[]);
    let first = phone.write(opening.id(), &[opening.id()], "place_name", "巫峡食府");
    let second = phone.write(opening.id(), &[first.id()], "note", "四十道菜品未标价");
    vec![opening, first, second]
}

on_both_databases! {
    fn a_server_killed_between_commit_and_answer_gives_the_receipt_of_that_commit(server) {
        let mut phone = Phone::of(server, "officer-a");
        let changes = three_changes(&mut phone);
        let push = phone.push_of(changes.iter().map(Change::to_bytes).collect());
        let call = phone.push_call(&push);
        let answered = kill_at_first_answer_byte(server, |proxy| {
            assert!(call.at(proxy).try_send().is_err(), "the phone was told nothing");
        });
        assert!(answered, "the kill came after the commit");
        let killed = server::clock::Clock::system().now();
        server.start_again();
        let retried = phone.push_call(&push).send().expect(200);
        let answer = Pushed::read(&retried.body).unwrap();
        assert!(answer.outcomes.iter().all(|outcome| outcome.class == Class::Accepted));
        assert_eq!(answer.receipts.len(), 1);
        let receipt = phone.open_receipt(&answer.receipts[0]).receipt;
        assert_eq!(receipt.entries.len(), 3);
        assert!(receipt.issued <= killed, "the receipt was made in the commit, not in the retry");
        assert_eq!(phone.log_size(), 3, "one effect");
        server.kill();
        server.start_again();
        assert_eq!(phone.push_call(&push).send().expect(200).body, retried.body);
    }

    fn a_server_killed_at_any_moment_of_a_push_has_all_of_it_or_nothing(server) {
        let mut phone = Phone::of(server, "officer-a");
        for (round, delay) in [0, 1, 3, 6, 12].into_iter().enumerate() {
            let changes = three_changes(&mut phone);
            let push = phone.push_of(changes.iter().map(Change::to_bytes).collect());
            let before = u64::try_from(round * 3).unwrap();
            let call = phone.push_call(&push);
            std::thread::scope(|scope| {
                scope.spawn(move || call.try_send().map(drop));
                wait_ms(delay);
                server.kill();
            });
            server.start_again();
            let size = phone.log_size();
            assert!(size == before || size == before + 3, "{size} after {before}, killed after {delay} ms");
            let answer = Pushed::read(&phone.push_call(&push).send().expect(200).body).unwrap();
            assert!(answer.outcomes.iter().all(|outcome| outcome.class == Class::Accepted));
            assert_eq!(phone.log_size(), before + 3, "killed after {delay} ms");
        }
    }
}
