"""What every number means. Pure: no clock, no files, no network, no SQL, no streamlit."""
