/// The repository of the tests, and changes to it that a feature asks for.
enum Hello {
    static let files = [
        "README.md": "# hello\n\nGreets people. Tests: `python3 -m unittest`\n",
        "hello/__init__.py": "from hello.greeting import greet\n",
        "hello/greeting.py": "def greet(name):\n    return f\"Hello, {name}\"\n",
        "tests/__init__.py": "",
        "tests/test_greeting.py": """
        import unittest

        from hello import greet


        class GreetingTests(unittest.TestCase):
            def test_it_greets_by_name(self):
                self.assertEqual(greet("Ada"), "Hello, Ada")

        """,
    ]

    /// A feature with all that a note may hold, and things of the person's own.
    static let farewell = """
        ---
        tags: [people,  nice]   # mine
        priority: 2
        ---
        # Say goodbye\t

        `farewell(name)` says goodbye to a person by name.

        ## Testing
        ```sh
        python3 -c "from hello.farewell import farewell; assert farewell('Ada') == 'Goodbye, Ada'"
        ```

        ## Definition of done
        * [ ] There is a test.

        %% a comment of mine %%
        """ + "\n\n"

    static let farewellCode = ["hello/farewell.py": "def farewell(name):\n    return f\"Goodbye, {name}\"\n"]

    /// Its own test fails with this.
    static let farewellWrongCode = ["hello/farewell.py": "def farewell(name):\n    return f\"Goodby, {name}\"\n"]

    static let farewellTest = [
        "tests/test_farewell.py": """
        import unittest

        from hello.farewell import farewell


        class FarewellTests(unittest.TestCase):
            def test_it_says_goodbye_by_name(self):
                self.assertEqual(farewell("Ada"), "Goodbye, Ada")

        """
    ]

    /// Code and test in one.
    static var farewellWhole: [String: String] { farewellCode.merging(farewellTest) { $1 } }

    /// A file of its own and a test, for features that shall not conflict.
    static func word(_ word: String) -> [String: String] {
        [
            "hello/\(word).py": "def \(word)():\n    return \"\(word)\"\n",
            "tests/test_\(word).py": """
            import unittest

            from hello.\(word) import \(word)


            class WordTests(unittest.TestCase):
                def test_it_says_\(word)(self):
                    self.assertEqual(\(word)(), "\(word)")

            """,
        ]
    }

    /// A two-line note about it.
    static func wordNote(_ word: String) -> String { "# Say \(word)\nThere shall be a function that says \(word).\n" }
}
