"""What each message template is (its standing), and what it says (its versions)."""
