// Tests come with the parts.
