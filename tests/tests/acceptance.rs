//! Acceptance tests: the promises of Palm, tested against the real binary over HTTP, on both databases.
//!
//! One module per subject; a test is a sentence. `bash tests/run.sh` runs them with its own PostgreSQL.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on ends here")]

#[path = "acceptance/account.rs"]
mod account;
#[path = "acceptance/agencies.rs"]
mod agencies;
#[path = "acceptance/alarm.rs"]
mod alarm;
#[path = "acceptance/backup.rs"]
mod backup;
#[path = "acceptance/bad_days.rs"]
mod bad_days;
#[path = "acceptance/bad_input.rs"]
mod bad_input;
#[path = "acceptance/banned_words.rs"]
mod banned_words;
#[path = "acceptance/batch.rs"]
mod batch;
#[path = "acceptance/bodies.rs"]
mod bodies;
#[path = "acceptance/bounds.rs"]
mod bounds;
#[path = "acceptance/canary.rs"]
mod canary;
#[path = "acceptance/casework.rs"]
mod casework;
#[path = "acceptance/checklists.rs"]
mod checklists;
#[path = "acceptance/clean_stop.rs"]
mod clean_stop;
#[path = "acceptance/clients.rs"]
mod clients;
#[path = "acceptance/clock.rs"]
mod clock;
#[path = "acceptance/clock_library.rs"]
mod clock_library;
#[path = "acceptance/console.rs"]
mod console;
#[path = "acceptance/convergence.rs"]
mod convergence;
#[path = "acceptance/cors.rs"]
mod cors;
#[path = "acceptance/credential.rs"]
mod credential;
#[path = "acceptance/credential_standards.rs"]
mod credential_standards;
#[path = "acceptance/database_role.rs"]
mod database_role;
#[path = "acceptance/document.rs"]
mod document;
#[path = "acceptance/doubles.rs"]
mod doubles;
#[path = "acceptance/edges.rs"]
mod edges;
#[path = "acceptance/evidence.rs"]
mod evidence;
#[path = "acceptance/evidence_whole.rs"]
mod evidence_whole;
#[path = "acceptance/examples.rs"]
mod examples;
#[path = "acceptance/export.rs"]
mod export;
#[path = "acceptance/first_run.rs"]
mod first_run;
#[path = "acceptance/foreign_ids.rs"]
mod foreign_ids;
#[path = "acceptance/form.rs"]
mod form;
#[path = "acceptance/guesses.rs"]
mod guesses;
#[path = "acceptance/hand_in.rs"]
mod hand_in;
#[path = "acceptance/handset.rs"]
mod handset;
#[path = "acceptance/handwriting.rs"]
mod handwriting;
#[path = "acceptance/headers.rs"]
mod headers;
#[path = "acceptance/hostile.rs"]
mod hostile;
#[path = "acceptance/identity.rs"]
mod identity;
#[path = "acceptance/installation.rs"]
mod installation;
#[path = "acceptance/kept_forms.rs"]
mod kept_forms;
#[path = "acceptance/keys.rs"]
mod keys;
#[path = "acceptance/kill.rs"]
mod kill;
#[path = "acceptance/lawful.rs"]
mod lawful;
#[path = "acceptance/layers.rs"]
mod layers;
#[path = "acceptance/lists.rs"]
mod lists;
#[path = "acceptance/lost_answers.rs"]
mod lost_answers;
#[path = "acceptance/one_phone.rs"]
mod one_phone;
#[path = "acceptance/pages.rs"]
mod pages;
#[path = "acceptance/paging.rs"]
mod paging;
#[path = "acceptance/people.rs"]
mod people;
#[path = "acceptance/personal_data.rs"]
mod personal_data;
#[path = "acceptance/phones.rs"]
mod phones;
#[path = "acceptance/proofs.rs"]
mod proofs;
#[path = "acceptance/quotas.rs"]
mod quotas;
#[path = "acceptance/rates.rs"]
mod rates;
#[path = "acceptance/reach.rs"]
mod reach;
#[path = "acceptance/read_audit.rs"]
mod read_audit;
#[path = "acceptance/refusal_pages.rs"]
mod refusal_pages;
#[path = "acceptance/register.rs"]
mod register;
#[path = "acceptance/renewals.rs"]
mod renewals;
#[path = "acceptance/revocation.rs"]
mod revocation;
#[path = "acceptance/rosters.rs"]
mod rosters;
#[path = "acceptance/search.rs"]
mod search;
#[path = "acceptance/slow_clients.rs"]
mod slow_clients;
#[path = "acceptance/spreadsheets.rs"]
mod spreadsheets;
#[path = "acceptance/startup.rs"]
mod startup;
#[path = "acceptance/store_rules.rs"]
mod store_rules;
#[path = "acceptance/taking_part.rs"]
mod taking_part;
#[path = "acceptance/time.rs"]
mod time;
#[path = "acceptance/tls.rs"]
mod tls;
#[path = "acceptance/tls_to_postgres.rs"]
mod tls_to_postgres;
#[path = "acceptance/trial.rs"]
mod trial;
#[path = "acceptance/tus.rs"]
mod tus;
#[path = "acceptance/typed_texts.rs"]
mod typed_texts;
#[path = "acceptance/verdict.rs"]
mod verdict;
#[path = "acceptance/wording.rs"]
mod wording;
#[path = "acceptance/write_faults.rs"]
mod write_faults;
#[path = "acceptance/write_faults_evidence.rs"]
mod write_faults_evidence;
#[path = "acceptance/write_faults_postgres.rs"]
mod write_faults_postgres;
