"""Operations: one verb a file. Each loads, decides and commits once; none calls another."""
