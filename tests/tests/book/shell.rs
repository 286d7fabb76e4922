//! Tokenizer for shell commands: finds the programs that a block starts, and their arguments.

/// Simple commands: their words, without assignments and quotes.
pub fn commands(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = Vec::new();
    for word in words(text) {
        match word {
            Word::End => found.push(std::mem::take(&mut rest)),
            Word::Plain(word) => rest.push(word),
        }
    }
    found.push(rest);
    found.into_iter().map(without_wrappers).filter(|words| !words.is_empty()).collect()
}

#[derive(Debug, PartialEq, Eq)]
enum Word {
    Plain(String),
    End,
}

/// Splits at blanks and operators, respecting quotes. The inside of `$(…)` is a command of its own.
fn words(text: &str) -> Vec<Word> {
    let text = text.replace("\\\n", " ");
    let (mut found, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\'', None | Some('\'')) | ('"', None | Some('"')) => {
                quote = if quote.is_none() { Some(c) } else { None };
            }
            ('$', None | Some('"')) if chars.peek() == Some(&'(') => {
                chars.next();
                end(&mut found, &mut word);
            }
            ('#', None) if word.is_empty() => while chars.next_if(|c| *c != '\n').is_some() {},
            (c, None) if "|;&\n()`<>{}".contains(c) => end(&mut found, &mut word),
            (c, None) if c.is_whitespace() => {
                if !word.is_empty() {
                    found.push(Word::Plain(std::mem::take(&mut word)));
                }
            }
            (c, _) => word.push(c),
        }
    }
    end(&mut found, &mut word);
    found
}

fn end(found: &mut Vec<Word>, word: &mut String) {
    if !word.is_empty() {
        found.push(Word::Plain(std::mem::take(word)));
    }
    found.push(Word::End);
}

/// Without `sudo`, `A=b` and the like in front.
fn without_wrappers(words: Vec<String>) -> Vec<String> {
    let in_front = |word: &String| {
        let assigns = word
            .split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        assigns || matches!(word.as_str(), "sudo" | "export" | "if" | "while" | "until" | "do" | "then" | "!")
    };
    words.into_iter().skip_while(in_front).collect()
}
