"""Ways to damage a file: functions of a seed and a source of random numbers that give bytes, and say what they did."""
