"""Texts that a server may hand us."""

from hypothesis import strategies as st

FAMILY = "👩‍👩‍👧‍👦"

# Letters, signs that join, combine or change direction, and anything else.
odd_text = st.text(
    st.one_of(
        st.sampled_from("ab #-…🎉👩\u200d\ufe0f\u0301\u0300🇩🇪🏽שלםقن\u2068\u2069産\u1161\u20e3"),
        st.characters(codec="utf-8"),
    ),
    max_size=60,
)
