package account

import (
	"fmt"

	"github.com/goccy/go-yaml/token"
)

// Limits that are tested on the tokens, before a parser that recurses and copies
// is let at them.
const (
	maxKey     = 256  // bytes of a key
	maxBlock   = 5000 // keys of one block map: the parser's time grows with their square
	maxAnchors = 100
	maxAliases = 1000
)

// screener counts what the parser would choke on.
type screener struct {
	flow             int     // brackets open
	blocks           []level // maps and lists open by indentation
	anchors, aliases int
	headers          int
}

// level is a map or list that began at an indentation.
type level struct {
	indent int
	keys   int
}

// screen finds the first token with which the document goes beyond a limit, or
// nil.
func screen(tokens token.Tokens) *Fault {
	var s screener
	for _, tk := range tokens {
		if problem := s.meet(tk); problem != "" {
			return &Fault{Line: tk.Position.Line, Problem: problem}
		}
		if s.flow+len(s.blocks) > maxDepth {
			f := tooDeep(tk.Position.Line)
			return &f
		}
	}
	return nil
}

func (s *screener) meet(tk *token.Token) string {
	switch tk.Type {
	case token.SequenceStartType, token.MappingStartType:
		s.flow++
	case token.SequenceEndType, token.MappingEndType:
		s.flow--
	case token.SequenceEntryType:
		s.open(2*tk.Position.Column + 1) // a list may stand at its key's own column
	case token.MappingValueType:
		return s.key(tk)
	case token.MappingKeyType:
		return "a ? before a key is not read here; write key: value"
	case token.TagType:
		return "a tag (!) is not read here; put quotes around the text, or remove the tag"
	case token.AnchorType:
		if s.anchors++; s.anchors > maxAnchors {
			return fmt.Sprintf("more than %d anchors; give things names instead", maxAnchors)
		}
	case token.AliasType:
		if s.aliases++; s.aliases > maxAliases {
			return fmt.Sprintf("more than %d aliases; give things names instead", maxAliases)
		}
	case token.DocumentHeaderType, token.DocumentEndType, token.DirectiveType:
		if s.headers++; s.headers > 4 {
			return "more than one document; keep one"
		}
	}
	return ""
}

func (s *screener) key(colon *token.Token) string {
	key := colon.Prev
	if key == nil {
		return ""
	}
	if len(key.Value) > maxKey {
		return longKey(0).Problem
	}
	if s.flow <= 0 && s.open(2*key.Position.Column) > maxBlock {
		return fmt.Sprintf("more than %d keys in one map; write the document as JSON, or the keys within { }", maxBlock)
	}
	return ""
}

// open notes a key or an entry of a block, closes the deeper ones, and counts.
func (s *screener) open(indent int) int {
	if s.flow > 0 {
		return 0
	}
	for len(s.blocks) > 0 && s.blocks[len(s.blocks)-1].indent > indent {
		s.blocks = s.blocks[:len(s.blocks)-1]
	}
	if len(s.blocks) == 0 || s.blocks[len(s.blocks)-1].indent < indent {
		s.blocks = append(s.blocks, level{indent: indent})
	}
	top := &s.blocks[len(s.blocks)-1]
	top.keys++
	return top.keys
}
