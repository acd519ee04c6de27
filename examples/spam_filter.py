"""A spam filter for a phone: the file takes the message itself, and says how likely it is spam.

Messages are made by a seeded generator, with typos, shouting, accents, emoji and links. A pipeline learns from words,
pairs of words and the characters within words; it becomes one file, whose only input is a text's code points. On
messages that nobody has seen it gives scikit-learn's label for every one, and its probabilities to seven digits.

    python examples/spam_filter.py
"""

from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

import skl2tflite

GREETINGS = ["Hi", "Hello", "Dear {name}", "Hey {name}", "Salut {name}", "Grüß dich, {name}", "Γεια σου", "Привет"]
NAMES = ["Zoë", "José", "İpek", "Anna", "Łukasz", "Σωκράτης", "Maren", "李雷"]
HAM = [
    "are we still on for lunch tomorrow?", "the meeting moved to {number} o'clock",
    "can you send me the report of {name}?",
    "happy birthday! 🎂", "I left the keys with {name}", "the train is {number} minutes late", "déjeuner à midi ?",
    "thanks for the photos 😍", "please call me back when you can", "your invoice no. {number} is paid, thank you",
    "καλημέρα, τα λέμε αύριο", "did you win the game?", "free on friday?",
]  # fmt: skip
SPAM = [
    "you have WON {number} $$$, claim your prize now", "lowest prices on pills, no prescription",
    "hot offer!!! click {link}",
    "your account is locked, verify at {link}", "earn {number} € a day from home",
    "congratulations, you are our winner 🎉🎉🎉",
    "FREE gift card, limited offer", "cheap loans, no credit check, act now",
    "claim your free {number} bonus at {link}",
]  # fmt: skip


def messages(count: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Return messages, and whether each is spam."""
    random = np.random.default_rng(seed)
    texts, labels = [], []
    for _ in range(count):
        is_spam = random.random() < 0.4
        lines = [str(random.choice(GREETINGS)), *random.choice(SPAM if is_spam else HAM, random.integers(1, 4))]
        text = random.choice([" ", "\n", ", ", " - "]).join(lines)
        text = text.format(
            name=random.choice(NAMES),
            number=random.integers(2, 9999),
            link=f"http://{random.integers(10**6)}.example/win",
        )
        if random.random() < (0.5 if is_spam else 0.1):
            text = text.upper()
        letters = list(text)
        for at in random.integers(0, len(letters), random.poisson(len(letters) / 60)):
            letters[at] = str(random.choice(list("aeio  4$!*")))  # typos, and letters hidden on purpose
        texts.append("".join(letters))
        labels.append("spam" if is_spam else "ham")
    return texts, np.array(labels)


def spam_filter() -> Pipeline:
    """Return the pipeline, not fitted."""
    words = TfidfVectorizer(
        ngram_range=(1, 2), stop_words="english", strip_accents="unicode", sublinear_tf=True, min_df=2
    )
    parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), max_features=2000)
    return make_pipeline(make_union(words, parts), LogisticRegression(C=10))


def main(folder: Path) -> None:
    """Train, convert, and compare on messages that are new."""
    texts, labels = messages(2000, seed=0)
    new, truth = messages(1000, seed=1)
    pipeline = spam_filter().fit(texts, labels)
    model = skl2tflite.convert(pipeline, texts[:50])
    path = model.save(folder / "spam_filter.tflite")
    phone = skl2tflite.load(path)

    predicted = phone.predict(new)
    agree = int((predicted == pipeline.predict(new)).sum())
    apart = float(np.abs(phone.predict_proba(new) - pipeline.predict_proba(new)).max())
    print(f"{path.name}: {len(bytes(model)):,} bytes, {len(pipeline[0].get_feature_names_out()):,} terms")
    print(f"{agree:,} of {len(new):,} labels agree with scikit-learn, probabilities to {apart:.0e}")
    print(f"{(predicted == truth).mean():.1%} of the labels are right")
    for text in ("Hi Anna, lunch tomorrow? 😀", "CONGRATULATIONS!!! you have won a fr€e prize, click now"):
        print(f"{phone.predict_proba([text])[0, 1]:.3f}  {text}")


if __name__ == "__main__":
    folder = Path("demo")
    folder.mkdir(exist_ok=True)
    main(folder)
