package tables

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// acrossAccounts are the statements that belong to no account, and why.
var acrossAccounts = map[string]string{
	"selectNext":     "the agenda is one for all accounts",
	"selectDue":      "the agenda is one for all accounts",
	"firstDue":       "the agenda is one for all accounts",
	"nextLine":       "a node looks after every account's lines",
	"selectNumber":   "a number finds its account",
	"selectAccounts": "lists the accounts",
	"createVersions": "the schema is one",
	"latestVersion":  "the schema is one",
	"insertVersion":  "the schema is one",
}

// Every statement of every SQL store compares or writes the account: nothing of one
// account is ever found by another.
func TestStatements_nameTheAccount(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`\baccount = \$\d|\(account, |\(account\)|account = \w+\.account`)
	seen := map[string]bool{}
	for _, dir := range []string{".", "../../sqlite", "../../postgres"} {
		for name, sql := range statements(t, dir) {
			if _, ok := acrossAccounts[name]; ok {
				seen[name] = true
				continue
			}
			require.Regexp(t, named, sql, "%s: %s", dir, name)
		}
	}
	for name := range acrossAccounts {
		require.True(t, seen[name], "there is no statement %s any more", name)
	}
}

// statements are the constants of a package that are SQL on our tables, by name.
// Fragments, which are named columns, count where they are used.
func statements(t *testing.T, dir string) map[string]string {
	t.Helper()
	values := map[string]ast.Expr{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				for i, v := range spec.Values {
					values[spec.Names[min(i, len(spec.Names)-1)].Name] = v
				}
			}
			return true
		})
	}
	begins := regexp.MustCompile(`(?s)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE TABLE)\b.*extflow_`)
	found := map[string]string{}
	for name, v := range values {
		if text := written(values, v); begins.MatchString(text) && !strings.HasSuffix(name, "Columns") {
			found[name] = text
		}
	}
	return found
}

// written is a constant's text, with the constants that it is made of.
func written(values map[string]ast.Expr, v ast.Expr) string {
	switch v := v.(type) {
	case *ast.BasicLit:
		return strings.Trim(v.Value, "`\"")
	case *ast.BinaryExpr:
		return written(values, v.X) + written(values, v.Y)
	case *ast.Ident:
		if of := values[v.Name]; of != nil {
			return written(values, of)
		}
	}
	return ""
}
