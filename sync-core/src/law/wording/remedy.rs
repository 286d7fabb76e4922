//! Parses a remedy text (救济途径和期限).
//!
//! Promise: each sentence is parsed alone. A suit counts as lawful only if the sentence makes it conditional on the
//! reconsideration: on its decision, or on the absence of one (行政诉讼法 第四十五条, 行政复议法 第三十四条). Any other offer of a suit is
//! a direct suit. A sentence that cannot be parsed contributes nothing, so the required content is found missing. Not
//! here: whether the text fits the case (`table`).

use super::lexer::{Length, Lexeme, What, plain};
use super::organ;
use super::phrases::{PHRASES, Word};
use std::collections::BTreeSet;
use std::ops::Range;

/// In which order a text sends the party to reconsideration and to court.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Order {
    /// It does not say.
    #[default]
    NotSaid,
    /// Reconsideration must be applied for first.
    ReconsiderationFirst,
    /// It offers a suit without reconsideration, whatever else it says.
    DirectSuit,
}

/// What a remedy text says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RemedyFacts {
    /// Reconsideration first, or a direct suit.
    pub order: Order,
    /// Every period that it states for applying.
    pub reconsideration_periods: BTreeSet<Length>,
    /// Every period that it states for a suit.
    pub suit_periods: BTreeSet<Length>,
    /// It counts the period of the suit from the receipt of the penalty decision.
    pub suit_counts_from_penalty: bool,
    /// The organs of reconsideration that it names.
    pub organs: BTreeSet<String>,
    /// It names a channel on the internet through which to apply (行政复议法 第二十二条).
    pub internet_channel: bool,
}

/// Reads what a remedy text says.
pub fn read_remedy(text: &str) -> RemedyFacts {
    let text = plain(text);
    let words = PHRASES.read(&text);
    let mut reader = Reader { text: &text, facts: RemedyFacts::default(), last: None, either: BTreeSet::new() };
    for sentence in words.split(|word| word.what == What::Stop) {
        reader.sentence(sentence);
    }
    let Reader { mut facts, either, .. } = reader;
    if facts.reconsideration_periods.is_empty() {
        facts.reconsideration_periods = either;
    }
    facts.internet_channel = super::channel::names_channel(&text);
    facts
}

type Words<'w> = &'w [Lexeme<Word>];

/// What a period is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Application,
    Suit,
    Other,
}

struct Reader<'t> {
    text: &'t str,
    facts: RemedyFacts,
    /// The last verb of the sentences before.
    last: Option<Of>,
    /// Periods of 复议期限, which may mean either.
    either: BTreeSet<Length>,
}

impl Reader<'_> {
    fn sentence(&mut self, words: Words<'_>) {
        self.facts.organs.extend(organ::named(self.text, words));
        if says_first(words) || forbids_direct(words) {
            self.facts.order = self.facts.order.max(Order::ReconsiderationFirst);
        }
        for clause in clauses(words) {
            for at in clause.clone().filter(|at| is_suit(words, &clause, *at)) {
                if (Mention { text: self.text, words, clause: &clause, at }).is_direct() {
                    self.facts.order = Order::DirectSuit;
                }
            }
        }
        for at in 0..words.len() {
            self.period(words, at);
        }
        self.last = words.iter().rev().find_map(verb).or(self.last);
    }

    fn period(&mut self, words: Words<'_>, at: usize) {
        let Some(What::Length(length)) = words.get(at).map(|word| word.what) else { return };
        match period_of(words, at, self.last) {
            Some(Period::Of(Of::Application)) => {
                self.facts.reconsideration_periods.insert(length);
            }
            Some(Period::Of(Of::Suit)) => {
                self.facts.suit_periods.insert(length);
                self.facts.suit_counts_from_penalty |= counts_from_penalty(words, at);
            }
            Some(Period::Either) => {
                self.either.insert(length);
            }
            Some(Period::Of(Of::Other)) | None => {}
        }
    }
}

fn before(words: Words<'_>, at: usize) -> Words<'_> {
    words.get(..at).unwrap_or_default()
}

fn after(words: Words<'_>, at: usize) -> Words<'_> {
    words.get(at + 1..).unwrap_or_default()
}

fn has(words: Words<'_>, word: Word) -> bool {
    words.iter().any(|one| one.is(word))
}

fn word(lexeme: &Lexeme<Word>) -> Option<Word> {
    match lexeme.what {
        What::Word(word) => Some(word),
        What::Length(_) | What::Date | What::Stop | What::Comma | What::Open | What::Close => None,
    }
}

/// The clauses of a sentence: between commas outside brackets.
fn clauses(words: Words<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut depth) = (0, 0usize);
    for (at, lexeme) in words.iter().enumerate() {
        match lexeme.what {
            What::Open => depth += 1,
            What::Close => depth = depth.saturating_sub(1),
            What::Comma if depth == 0 => {
                found.push(start..at);
                start = at + 1;
            }
            What::Comma | What::Word(_) | What::Length(_) | What::Date | What::Stop => {}
        }
    }
    found.push(start..words.len());
    found
}

/// 应当, 可以, 不得, 无需 and the like.
fn modal(lexeme: &Lexeme<Word>) -> Option<Word> {
    word(lexeme).filter(|word| matches!(word, Word::Must | Word::May | Word::Also | Word::MustNot | Word::NoNeed))
}

/// 先 under 应当, before an application; or the words 复议前置 without a denial.
fn says_first(words: Words<'_>) -> bool {
    let ordered = |at: usize| {
        let Some(first) = before(words, at).iter().rposition(|one| one.is(Word::First)) else { return false };
        let between = words.get(first..at).unwrap_or_default();
        let other = between.iter().any(|one| matches!(word(one), Some(Word::Apply | Word::Suit)));
        let nearest = before(words, first).iter().rev().find_map(modal).or_else(|| between.iter().find_map(modal));
        let allowed = between.iter().filter_map(modal).all(|one| one == Word::Must);
        !other && allowed && nearest == Some(Word::Must) && !denied(before(words, first))
    };
    let applied = (0..words.len()).filter(|at| words.get(*at).is_some_and(|one| one.is(Word::Apply)));
    let preceded = |at: usize| before(words, at).iter().rev().find_map(modal);
    let named = (0..words.len()).filter(|at| words.get(*at).is_some_and(|one| one.is(Word::ReviewFirst)));
    applied.into_iter().any(ordered) || named.into_iter().any(|at| matches!(preceded(at), None | Some(Word::Must)))
}

/// 并非必须, 不是应当: a denial right before the duty.
fn denied(words: Words<'_>) -> bool {
    let Some(must) = words.iter().rposition(|one| one.is(Word::Must)) else { return false };
    let start = words.get(must).map(|one| one.from);
    before(words, must)
        .last()
        .is_some_and(|one| matches!(word(one), Some(Word::NoNeed | Word::MustNot)) && Some(one.to) == start)
}

/// 未经行政复议，不得提起行政诉讼; 不得直接提起行政诉讼; …的，人民法院不予受理.
fn forbids_direct(words: Words<'_>) -> bool {
    let Some(suit) = words.iter().position(|one| one.is(Word::Suit)) else { return false };
    let bare = words.iter().any(|one| matches!(word(one), Some(Word::Without | Word::NotApply | Word::Direct)));
    let forbidden = before(words, suit).iter().rev().find_map(modal) == Some(Word::MustNot);
    let refused = after(words, suit)
        .iter()
        .position(|one| one.is(Word::Court))
        .is_some_and(|court| has(after(after(words, suit), court), Word::Overdue));
    bare && (forbidden || refused)
}

/// A suit, or a court that no suit and no enforcement follows in the clause, or a right to a direct suit.
fn is_suit(words: Words<'_>, clause: &Range<usize>, at: usize) -> bool {
    let whole = words.get(clause.clone()).unwrap_or_default();
    match words.get(at).and_then(word) {
        Some(Word::Suit) => true,
        Some(Word::Court) => !has(whole, Word::Suit) && !has(whole, Word::Enforces) && !has(whole, Word::NotSue),
        Some(Word::Right) => has(whole, Word::Direct),
        _ => false,
    }
}

struct Mention<'w> {
    text: &'w str,
    words: Words<'w>,
    clause: &'w Range<usize>,
    at: usize,
}

impl Mention<'_> {
    fn is_direct(&self) -> bool {
        self.is_offer() && !self.is_after_review()
    }

    /// The clause up to the mention.
    fn led(&self) -> Words<'_> {
        self.words.get(self.clause.start..self.at).unwrap_or_default()
    }

    fn whole(&self) -> Words<'_> {
        self.words.get(self.clause.clone()).unwrap_or_default()
    }

    /// A suit that only heads the sentence behind it: `行政诉讼：对行政复议决定不服的，……提起行政诉讼。` Where that sentence names no
    /// suit, the heading is what offers one.
    fn is_heading(&self) -> bool {
        let behind = self.words.get(self.at).and_then(|one| self.text.get(one.to..)).unwrap_or_default();
        let sentence = self.clause.start..self.words.len();
        let named_again = || (self.at + 1..sentence.end).any(|at| is_suit(self.words, &sentence, at));
        self.led().is_empty() && behind.trim_start().starts_with('：') && named_again()
    }

    /// Whether the clause lets the party sue, rather than forbid it or speak of it.
    fn is_offer(&self) -> bool {
        if self.is_heading() {
            return false;
        }
        let rest = after(self.words, self.clause.end);
        let conditional = self.clause_text().ends_with('的');
        match self.led().iter().rev().find_map(modal) {
            Some(Word::MustNot | Word::NoNeed) => false,
            Some(_) => true,
            None if has(self.whole(), Word::During) => false,
            None if conditional => !rest.is_empty() && !Self::ends_it(rest),
            None if self.is_listed_as_not_done() || self.is_courts_refusal() => false,
            None => {
                let led_to =
                    self.led().iter().any(|one| matches!(word(one), Some(Word::To | Word::Apply | Word::Direct)));
                let timed = self.whole().iter().any(|one| matches!(one.what, What::Length(_)));
                led_to || timed || has(self.whole(), Word::Direct) || has(self.whole(), Word::Also)
            }
        }
    }

    /// What follows 提起行政诉讼的 takes it back or speaks of execution.
    fn ends_it(rest: Words<'_>) -> bool {
        rest.iter().any(|one| matches!(word(one), Some(Word::MustNot | Word::GoesOn | Word::Enforces | Word::Overdue)))
    }

    /// 不申请行政复议或者提起行政诉讼.
    fn is_listed_as_not_done(&self) -> bool {
        let led = self.led();
        led.iter()
            .rposition(|one| one.is(Word::NotApply))
            .is_some_and(|not| after(led, not).iter().any(|one| matches!(word(one), Some(Word::Or | Word::Beside))))
    }

    /// 人民法院不予受理.
    fn is_courts_refusal(&self) -> bool {
        self.words.get(self.at).is_some_and(|one| one.is(Word::Court)) && has(self.whole(), Word::Overdue)
    }

    fn clause_text(&self) -> &str {
        let end = self.words.get(self.clause.end).map_or_else(
            || {
                self.text
                    .get(self.whole().last().map_or(0, |one| one.to)..)
                    .and_then(|rest| {
                        let stop = rest.find(['。', '；'])?;
                        Some(self.whole().last().map_or(0, |one| one.to) + stop)
                    })
                    .unwrap_or(self.text.len())
            },
            |comma| comma.from,
        );
        self.text.get(self.whole().first().map_or(0, |one| one.from)..end).unwrap_or_default()
    }

    /// Whether a condition of its own ties it to the end of the reconsideration.
    fn is_after_review(&self) -> bool {
        let since = before(self.words, self.at).iter().rposition(|one| one.is(Word::Suit)).unwrap_or(0);
        let span = self.words.get(since..self.at).unwrap_or_default();
        let Some((at, kind)) = nearest(span) else { return false };
        if coordinated(span, at) {
            return false;
        }
        if kind == Word::Apply {
            let offered = |one: &Lexeme<Word>| matches!(word(one), Some(Word::Or | Word::Also | Word::Direct));
            let then = has(after(span, at), Word::Then) && !after(span, at).iter().any(offered);
            return then && says_first(before(self.words, self.at));
        }
        matches!(kind, Word::ReviewDecision | Word::Decides | Word::After | Word::Overdue)
    }
}

/// The condition nearest to the end of `span`. A penalty decision that is only received is where a period begins.
fn nearest(span: Words<'_>) -> Option<(usize, Word)> {
    let received = |at: usize| at.checked_sub(1).and_then(|at| span.get(at)).is_some_and(|one| one.is(Word::Receipt));
    (0..span.len()).rev().find_map(|at| {
        let kind = span.get(at).and_then(word)?;
        let condition = matches!(
            kind,
            Word::ReviewDecision
                | Word::Decides
                | Word::After
                | Word::Overdue
                | Word::Without
                | Word::NotApply
                | Word::Apply
        );
        (condition || kind == Word::This && !received(at)).then_some((at, kind))
    })
}

/// 对本决定或者行政复议决定不服的.
fn coordinated(span: Words<'_>, at: usize) -> bool {
    let joined = |from: usize, to: usize| {
        let between = span.get(from + 1..to).unwrap_or_default();
        between.len() == 1 && between.iter().all(|one| matches!(word(one), Some(Word::Or | Word::Beside)))
    };
    let this = |at: usize| span.get(at).is_some_and(|one| one.is(Word::This));
    at.checked_sub(2).is_some_and(|other| this(other) && joined(other, at))
}

fn verb(lexeme: &Lexeme<Word>) -> Option<Of> {
    match word(lexeme) {
        Some(Word::Apply | Word::NotApply | Word::ApplyPeriod) => Some(Of::Application),
        Some(Word::Suit | Word::NotSue | Word::SuitPeriod | Word::Court) => Some(Of::Suit),
        Some(Word::OtherVerb | Word::Decides) => Some(Of::Other),
        _ => None,
    }
}

enum Period {
    Of(Of),
    Either,
}

/// What the period at `at` is of: the noun before it, else the verb after it, else the verb before.
fn period_of(words: Words<'_>, at: usize, last: Option<Of>) -> Option<Period> {
    let back = before(words, at);
    let earlier = || back.iter().rev().find_map(verb).or(last);
    let noun = back.iter().rev().take_while(|one| one.what != What::Comma).find_map(|one| match word(one) {
        Some(found @ (Word::ApplyPeriod | Word::SuitPeriod | Word::ReviewPeriod | Word::Period)) => Some(Some(found)),
        Some(Word::Apply | Word::Suit | Word::Court) => Some(None),
        _ => None,
    });
    match noun.flatten() {
        Some(Word::ApplyPeriod) => return Some(Period::Of(Of::Application)),
        Some(Word::SuitPeriod) => return Some(Period::Of(Of::Suit)),
        Some(Word::ReviewPeriod) => return Some(Period::Either),
        Some(_) => return earlier().map(Period::Of),
        None => {}
    }
    let inside = back.iter().filter(|one| one.what == What::Open).count()
        > back.iter().filter(|one| one.what == What::Close).count();
    let next = after(words, at).iter().position(|one| verb(one).is_some());
    let closed = after(words, at).iter().position(|one| one.what == What::Close);
    let forward = next.filter(|verb| !inside || closed.is_none_or(|close| *verb < close));
    forward.and_then(|verb_at| after(words, at).get(verb_at).and_then(verb)).or_else(earlier).map(Period::Of)
}

/// Whether the period of a suit begins with the receipt of the penalty decision.
fn counts_from_penalty(words: Words<'_>, at: usize) -> bool {
    let back = before(words, at);
    let since = back.iter().rposition(|one| one.is(Word::Suit)).unwrap_or(0);
    let span = back.get(since..).unwrap_or_default();
    let start = span.iter().rev().find_map(|one| {
        word(one).filter(|word| matches!(word, Word::ReviewDecision | Word::Decides | Word::Overdue | Word::This))
    });
    start == Some(Word::This)
}
