package account

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// loadYAML reads a document in YAML. Of YAML's riches an account document has
// maps, lists, texts, and anchors with aliases within limits.
func loadYAML(data []byte) (*node, Faults) {
	return guarded(func() (*node, Faults) { return parseYAML(data) })
}

// guarded turns a panic into a fault: the parser is a stranger's, and a document
// must not end the program.
func guarded(load func() (*node, Faults)) (n *node, faults Faults) {
	defer func() {
		if recover() != nil {
			n, faults = nil, Faults{{Line: 1, Problem: "this YAML cannot be read; write it in simpler forms, or as JSON"}}
		}
	}()
	return load()
}

func parseYAML(data []byte) (n *node, faults Faults) {
	tokens := lexer.Tokenize(string(data))
	if f := screen(tokens); f != nil {
		return nil, Faults{*f}
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, Faults{notYAML(err, string(data))}
	}
	y := yamlReader{anchors: map[string]*node{}}
	for _, doc := range file.Docs {
		if _, directive := doc.Body.(*ast.DirectiveNode); doc.Body == nil || directive {
			continue
		}
		if n != nil {
			y.fault(doc.Body, "a second document; keep one")
			break
		}
		n = y.node(doc.Body, 1)
	}
	if n == nil {
		n = &node{line: 1}
	}
	return n, y.faults
}

// notYAML says where the parser stopped.
func notYAML(err error, data string) Fault {
	f := Fault{Line: 1, Problem: "not YAML: " + err.Error()}
	var at interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if errors.As(err, &at) {
		f.Problem = "not YAML: " + at.GetMessage()
		if tk := at.GetToken(); tk != nil && tk.Position != nil {
			f.Line = tk.Position.Line
		}
	}
	if lines := strings.Split(data, "\n"); f.Line <= len(lines) && strings.HasPrefix(strings.TrimLeft(lines[f.Line-1], " "), "\t") {
		f.Problem = "a tab before the text; indent with blanks"
	}
	return f
}

// yamlReader turns the parser's tree into nodes.
type yamlReader struct {
	anchors map[string]*node
	aliased int // nodes that aliases have stood for
	faults  Faults
}

// maxAliased bounds what aliases may stand for, in nodes.
const maxAliased = 20_000

func (y *yamlReader) fault(at ast.Node, format string, args ...any) {
	y.faults = append(y.faults, Fault{Line: lineOf(at), Problem: fmt.Sprintf(format, args...)})
}

func lineOf(n ast.Node) int { return n.GetToken().Position.Line }

// node turns one node, and all beneath it, which stands depth deep.
func (y *yamlReader) node(from ast.Node, depth int) *node {
	n := &node{size: 1, line: lineOf(from)}
	switch from := from.(type) {
	case *ast.NullNode:
	case *ast.MappingNode:
		n.kind = mapping
		for _, v := range from.Values {
			y.pair(n, v, depth)
		}
	case *ast.SequenceNode:
		n.kind = list
		for _, v := range from.Values {
			item := joined(v)
			if item == nil {
				item = y.node(v, depth+1)
			}
			n.items = append(n.items, item)
			n.holds(item)
		}
	case *ast.AnchorNode:
		n = y.node(from.Value, depth)
		y.anchors[from.Name.GetToken().Value] = n
	case *ast.AliasNode:
		return y.alias(from, depth)
	case *ast.LiteralNode:
		n.kind, n.text = scalar, from.Value.Value
	case *ast.StringNode:
		n.kind, n.text = scalar, from.Value
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		n.kind, n.text, n.bare = scalar, from.GetToken().Value, true
	default:
		y.fault(from, "a form of YAML that is not read here; write maps, lists and texts")
	}
	return n
}

// joined is a text with a colon inside, as in {mon: [09:00-17:00]}, where the
// parser sees a key and a value although no blank follows the colon. It is nil for
// anything else.
func joined(item ast.Node) *node {
	m, ok := item.(*ast.MappingNode)
	if !ok || len(m.Values) != 1 || m.Start.Type == token.MappingStartType {
		return nil
	}
	key, colon, val := m.Values[0].Key, m.Values[0].Start, m.Values[0].Value
	if !isPlain(key) || !isPlain(val) || val.GetToken().Position.Offset != colon.Position.Offset+1 {
		return nil
	}
	return &node{kind: scalar, text: key.GetToken().Value + ":" + val.GetToken().Value, line: lineOf(key), size: 1}
}

// isPlain reports whether a node is text without quotes.
func isPlain(n ast.Node) bool {
	switch n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		tk := n.GetToken()
		return tk.Type != token.SingleQuoteType && tk.Type != token.DoubleQuoteType
	}
	return false
}

// holds counts what is inside a node.
func (n *node) holds(inner *node) {
	n.size += inner.size
	n.height = max(n.height, inner.height+1)
}

func (y *yamlReader) pair(n *node, v *ast.MappingValueNode, depth int) {
	p := pair{line: lineOf(v.Key)}
	switch key := v.Key.(type) {
	case *ast.StringNode:
		p.key = key.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		p.key = key.GetToken().Value
	case *ast.MergeKeyNode:
		y.fault(v.Key, "<< is not read here; write the keys out")
		return
	default:
		y.fault(v.Key, "a key that is no text; put quotes around it")
		return
	}
	p.value = y.node(v.Value, depth+1)
	n.pairs = append(n.pairs, p)
	n.holds(p.value)
}

// alias is the node that an anchor was set on. The few that read the document
// again and again through aliases are stopped here.
func (y *yamlReader) alias(from *ast.AliasNode, depth int) *node {
	name := from.Value.GetToken().Value
	n, ok := y.anchors[name]
	if !ok {
		y.fault(from, "no anchor &%.64s before this alias; write &%.64s where the value first stands", name, name)
		return &node{line: lineOf(from), size: 1}
	}
	before := y.aliased
	y.aliased += n.size
	switch {
	case y.aliased > maxAliased:
		if before <= maxAliased {
			y.fault(from, "the aliases stand for more than %d values; write less of it, or give things names", maxAliased)
		}
	case depth+n.height > maxDepth:
		y.faults = append(y.faults, tooDeep(lineOf(from)))
	default:
		return n
	}
	return &node{line: lineOf(from), size: 1}
}
