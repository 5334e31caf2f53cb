extension BuiltInPrompts {
    /// Plain templates for models of any kind.
    static let tasks = [
        """
        {# name: summarize #}
        {# description: a summary of a text #}
        {# inputs: text #}
        {# target: summary #}
        {# truncate: text #}
        {# stop: "\\n\\n" #}

        {# instruction #}
        Summarize each text in a few sentences. Keep to what the text says.

        {# query #}
        Text: {{ text }}
        Summary:

        {# answer #}
         {{ summary }}
        """,
        """
        {# name: summarize-dialogue #}
        {# description: a summary of a conversation #}
        {# inputs: dialogue #}
        {# target: summary #}
        {# truncate: dialogue #}
        {# stop: "\\n\\n" #}

        {# instruction #}
        Say in one or two sentences what the people talk about and what they agree on.

        {# query #}
        Conversation:
        {{ dialogue }}
        Summary:

        {# answer #}
         {{ summary }}
        """,
        """
        {# name: sentiment #}
        {# description: whether a text is positive or negative #}
        {# inputs: text #}
        {# target: label #}
        {# labels: {"0": "negative", "1": "positive"} #}
        {# truncate: text #}
        {# stop: "\\n" #}

        {# instruction #}
        Is the text {{ label_words | join(" or ") }}? Answer with one word.

        {# query #}
        Text: {{ text }}
        Answer:

        {# answer #}
         {{ label }}
        """,
        """
        {# name: translate #}
        {# description: a translation from one language to another #}
        {# inputs: text #}
        {# target: translation #}
        {# defaults: {"source_language": "English", "target_language": "German"} #}
        {# truncate: text #}
        {# stop: "\\n" #}

        {# instruction #}
        Translate from {{ source_language }} to {{ target_language }}.

        {# query #}
        {{ source_language }}: {{ text }}
        {{ target_language }}:

        {# answer #}
         {{ translation }}
        """,
        """
        {# name: ner #}
        {# description: a tag for each word, of records with the lists “tokens” and “tags” #}
        {# inputs: tokens #}
        {# target: tags #}
        {# stop: "\\n" #}

        {# instruction #}
        Write each word of the sentence with its tag behind a slash. B- begins a name, I- goes on with it, and O is for
        words that belong to none.

        {# query #}
        Sentence: {{ tokens | join(" ") }}
        Tagged:

        {# answer #}
        {% for token in tokens %} {{ token }}/{{ tags[loop.index0] }}{% endfor %}
        """,
        """
        {# name: entities #}
        {# description: the names in a text, each with its kind #}
        {# inputs: text #}
        {# target: entities #}
        {# defaults: {"kinds": "person, organisation, place"} #}
        {# truncate: text #}
        {# stop: "\\n" #}

        {# instruction #}
        List the names in the text as “name (kind)” with semicolons between them. Kinds are {{ kinds }}. If there are none,
        write “none”.

        {# query #}
        Text: {{ text }}
        Names:

        {# answer #}
         {{ entities }}
        """,
        """
        {# name: question-answering #}
        {# description: the answer to a question about a text #}
        {# inputs: context, question #}
        {# target: answer #}
        {# truncate: context #}
        {# stop: "\\n" #}

        {# instruction #}
        Answer the question with words of the text. If the text does not say it, answer “unknown”.

        {# query #}
        Text: {{ context }}
        Question: {{ question }}
        Answer:

        {# answer #}
         {{ answer }}
        """,
        """
        {# name: code #}
        {# description: a program for a task in words #}
        {# inputs: task #}
        {# target: code #}
        {# defaults: {"language": "Python"} #}
        {# truncate: task #}
        {# stop: "\\n```" #}

        {# instruction #}
        Write {{ language }} code that does what is asked, and nothing else.

        {# query #}
        Task: {{ task }}
        ```{{ language | lower }}
        {{ "" }}

        {# answer #}
        {{ code }}
        ```
        """,
        """
        {# name: instruction #}
        {# description: an instruction, with an input if it needs one #}
        {# inputs: instruction #}
        {# target: output #}
        {# defaults: {"input": ""} #}
        {# truncate: instruction #}
        {# stop: ["\\nInstruction:", "\\nInput:"] #}

        {# instruction #}
        Do what each instruction asks for.

        {# query #}
        Instruction: {{ instruction }}
        {% if input %}
        Input: {{ input }}
        {% endif %}
        Response:

        {# answer #}
         {{ output }}
        """,
    ]
}
